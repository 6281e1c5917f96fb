import type { Timer } from '@waybill/core/driver';
import type { SqsClock } from '../time/system-clock.ts';

/** Tells how long a process may have stood still, with an answer of SQS unread in its socket. */
export interface Pulse {
  readonly start: () => void;
  readonly stop: () => void;
  /** Monotonic; what arrived before it has been read by now, if it arrived after `start`. */
  readonly readUntilMs: () => number;
}

/**
 * Beats while something is awaited. Not the last beat counts but the one before it: after a standstill a timer comes first, and only then
 * what has arrived meanwhile.
 */
export function createPulse(clock: SqsClock, everyMs: number): Pulse {
  let timer: Timer | undefined;
  let lastMs = 0;
  let beforeMs = 0;

  const beat = (): void => {
    beforeMs = lastMs;
    lastMs = clock.monotonic();
    timer = clock.after(everyMs, beat);
  };

  return {
    start: () => {
      if (timer !== undefined) return;
      lastMs = clock.monotonic();
      beat();
    },
    stop: () => {
      timer?.cancel();
      timer = undefined;
    },
    readUntilMs: () => beforeMs,
  };
}
