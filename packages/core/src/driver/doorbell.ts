import type { Clock } from './clock.ts';

/** Lets one caller sleep until something has come: what a driver that is pushed to needs for `receiveBatch`. */
export interface Doorbell {
  readonly ring: () => void;
  /** Resolves at the next ring, when the signal aborts, or after `limitMs`. */
  readonly wait: (limitMs: number, signal: AbortSignal) => Promise<void>;
}

export function createDoorbell(clock: Pick<Clock, 'after'>): Doorbell {
  let wake: (() => void) | undefined;

  return {
    ring: () => wake?.(),
    wait: (limitMs, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const end = (): void => {
          timer.cancel();
          signal.removeEventListener('abort', end);
          wake = undefined;
          resolve();
        };
        const timer = clock.after(limitMs, end);
        signal.addEventListener('abort', end, { once: true });
        wake = end;
      }),
  };
}
