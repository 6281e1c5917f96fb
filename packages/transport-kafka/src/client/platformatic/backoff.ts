import { pause } from '@waybill/core/driver';
import type { KafkaClock } from '../../time/system-clock.ts';

/** Waits between failed attempts at one thing. */
export interface Backoff {
  /** Twice as long after every failure in a row; ends at once when the client closes. */
  readonly wait: () => Promise<void>;
  readonly reset: () => void;
}

const firstMs = 100;
const maxMs = 5000;

export function createBackoff(clock: KafkaClock, signal: AbortSignal): Backoff {
  let nextMs = firstMs;
  return {
    wait: async () => {
      const delayMs = nextMs;
      nextMs = Math.min(nextMs * 2, maxMs);
      await pause(clock, delayMs, signal);
    },
    reset: () => {
      nextMs = firstMs;
    },
  };
}
