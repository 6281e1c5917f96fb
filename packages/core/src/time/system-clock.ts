import type { Clock } from '../driver/index.ts';

/** Longer timers would overflow the platform's 32-bit delay and fire at once. */
const timerMsMax = 2_147_483_647;

/** Not everywhere: without it a turn costs a timer. */
const { setImmediate } = globalThis as { readonly setImmediate?: (task: () => void) => unknown };

/** The machine's time. The only place in core, beside `system-chance.ts`, that touches it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delayMs, task) => {
    const handle = setTimeout(task, Math.min(delayMs, timerMsMax));
    return { cancel: () => clearTimeout(handle) };
  },
  sleep: (delayMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const finish = (): void => {
        clearTimeout(handle);
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      const handle = setTimeout(finish, Math.min(delayMs, timerMsMax));
      signal?.addEventListener('abort', finish, { once: true });
    }),
  turn: () =>
    new Promise((resolve) => {
      if (setImmediate === undefined) setTimeout(resolve, 0);
      else setImmediate(resolve);
    }),
};
