import type { RedisClock } from './system-clock.ts';

/** Resolves after `delayMs`. */
export const pause = (clock: RedisClock, delayMs: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
