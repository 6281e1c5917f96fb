import type { Clock } from '@waybill/core/driver';

/** What this package needs of a clock: any `Clock` of core will do. Deadlines of records and limits are Redis's own, never ours. */
export type RedisClock = Pick<Clock, 'monotonic' | 'after'>;

/** The machine's time, for a connection that is given no other. */
export const systemClock: RedisClock = {
  monotonic: () => performance.now(),
  after: (delayMs, task) => {
    const handle = setTimeout(task, delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};
