import type { PostgresClock } from './system-clock.ts';

/** Resolves after `delayMs`, or at once when the signal aborts; never rejects. */
export function pause(clock: PostgresClock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.after(delayMs, end);
    signal.addEventListener('abort', end);
  });
}
