import type { BusObserver } from '../bus/bus-event.ts';
import type { Logger } from '../bus/logger.ts';
import type { Clock, NewId, Random, StoreDriver, TransportDriver } from '../driver/index.ts';
import type { RunTransaction } from '../handling/run-transaction.ts';

export interface RelayOptions {
  readonly store: StoreDriver;
  readonly transport: TransportDriver;
  readonly runTransaction: RunTransaction;
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: NewId;
  readonly log: Logger;
  readonly observe: BusObserver | undefined;
  /** How long a bucket stays with a relay that does not renew it. Default 15,000. */
  readonly leaseMs?: number;
  /** The safety net where nobody calls `wake`: another process wrote. Default 1,000. */
  readonly pollMs?: number;
  /** Rows read at once. Default 500. */
  readonly pageMax?: number;
}
