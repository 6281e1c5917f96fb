import type { Clock } from '@waybill/core/driver';

/** What this store needs of a clock: any `Clock` of core will do. DynamoDB has none that an expression could ask. */
export type DynamodbClock = Pick<Clock, 'now' | 'monotonic'>;

/** The machine's time, for a store that is given no other. */
export const systemClock: DynamodbClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
