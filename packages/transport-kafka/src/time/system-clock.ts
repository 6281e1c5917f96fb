import type { Clock } from '@waybill/core/driver';

/** What this transport needs of a clock: any `Clock` of core will do. */
export type KafkaClock = Pick<Clock, 'now' | 'monotonic' | 'after'>;

/** The machine's time, for a transport that is given no other. */
export const systemClock: KafkaClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delayMs, task) => {
    const handle = setTimeout(task, delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};
