import { systemClock } from '../time/system-clock.ts';

/** A signal that aborts after `limitMs`. */
export function within(limitMs: number): AbortSignal {
  const controller = new AbortController();
  systemClock.after(limitMs, () => controller.abort());
  return controller.signal;
}
