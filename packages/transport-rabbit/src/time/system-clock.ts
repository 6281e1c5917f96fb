import { setImmediate } from 'node:timers/promises';
import type { Clock, Timer } from '@waybill/core/driver';

/** The platform's longest timer; a longer one would fire at once. */
const timerMsMax = 2_147_483_647;

const after = (delayMs: number, task: () => void): Timer => {
  const handle = setTimeout(task, Math.min(delayMs, timerMsMax));
  return { cancel: () => clearTimeout(handle) };
};

const sleep = (delayMs: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const end = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = after(delayMs, end);
    signal?.addEventListener('abort', end, { once: true });
  });

/** The machine's time, for a transport that is given no other. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after,
  sleep,
  turn: () => setImmediate(),
};
