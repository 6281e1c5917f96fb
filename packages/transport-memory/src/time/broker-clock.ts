import type { Clock } from '@waybill/core/driver';

/** What the broker needs of a clock: any `Clock` of core will do, real, scaled or virtual. */
export type BrokerClock = Pick<Clock, 'now' | 'monotonic' | 'after'>;
