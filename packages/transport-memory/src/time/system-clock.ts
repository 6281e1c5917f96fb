import type { BrokerClock } from './broker-clock.ts';

/** Longer timers would overflow the platform's 32-bit delay and fire at once; a queue arms again what is not due yet. */
const timerMsMax = 2_147_483_647;

/** The machine's time, for a broker that is given no other. Beside `system-chance.ts` the only place that touches it. */
export const systemClock: BrokerClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delayMs, task) => {
    const handle = setTimeout(task, Math.min(delayMs, timerMsMax));
    return { cancel: () => clearTimeout(handle) };
  },
};
