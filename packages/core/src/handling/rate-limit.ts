import type { Clock } from '../driver/index.ts';

/** Spaces handler starts evenly, with a burst of at most one tenth of a second (at least one). */
export interface RateLimit {
  /** 0 = start now (and the start is counted); otherwise the milliseconds to wait before asking again. */
  readonly take: () => number;
}

export function createRateLimit(clock: Clock, ratePerSecond: number): RateLimit {
  if (ratePerSecond === Infinity) return { take: () => 0 };
  const intervalMs = 1000 / ratePerSecond;
  const burstMs = Math.max(0, 100 - intervalMs);
  let nextAtMs = -Infinity;
  return {
    take: () => {
      const now = clock.monotonic();
      const waitMs = nextAtMs - burstMs - now;
      if (waitMs > 0) return waitMs;
      nextAtMs = Math.max(nextAtMs, now) + intervalMs;
      return 0;
    },
  };
}
