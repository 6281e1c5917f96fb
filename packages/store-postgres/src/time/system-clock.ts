import type { Clock } from '@waybill/core/driver';

/** What this store needs of a clock; all times in the database are the server's own. */
export type PostgresClock = Pick<Clock, 'after'>;

/** The machine's time, for a store that is given no other. */
export const systemClock: PostgresClock = {
  after: (delayMs, task) => {
    const handle = setTimeout(task, delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};
