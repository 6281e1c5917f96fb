import type { Clock } from '../driver/index.ts';

/**
 * A clock that runs `scale` times as fast as `base`: every duration given to it takes `1 / scale` of the real time, and
 * `now` and `monotonic` advance in unscaled milliseconds. `scale` 20 plays five seconds of patience in a quarter of one.
 */
export function scaledClock(base: Clock, scale: number): Clock {
  const startedNow = base.now();
  const startedMonotonic = base.monotonic();
  const elapsed = (): number => (base.monotonic() - startedMonotonic) * scale;
  return {
    now: () => startedNow + elapsed(),
    monotonic: elapsed,
    after: (delayMs, task) => base.after(delayMs / scale, task),
    sleep: (delayMs, signal) => base.sleep(delayMs / scale, signal),
    turn: base.turn,
  };
}
