import type { BusObserver } from '../bus/bus-event.ts';
import type { Logger } from '../bus/logger.ts';
import type { Clock, NewId, Random, StoreDriver, TransportDriver } from '../driver/index.ts';
import type { RunTransaction } from '../handling/run-transaction.ts';

/** What a relay works with. A bus hands over its own. */
export interface RelayServices {
  readonly store: StoreDriver;
  readonly transport: TransportDriver;
  readonly runTransaction: RunTransaction;
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: NewId;
  readonly log: Logger;
  readonly observe: BusObserver | undefined;
}

export interface RelaySettings {
  /** How long a bucket stays with a relay that does not renew it; others take over after it. Default 10,000. */
  readonly leaseMs: number;
  /** The safety net where nobody calls `wake` and no hint of the store comes: another process wrote. Default 1,000. */
  readonly pollMs: number;
  /**
   * Most rows of one read: pages grow up to it while they are sent in no time, and shrink where they take long. A channel holds up to three: one is
   * deleted, one sent, one comes next. Default 4000.
   */
  readonly pageMax: number;
  /** A read ends with the body that brings it to so many bytes. Default 8 MiB. */
  readonly pageBytesMax: number;
  /** The oldest committed row may wait so long to be sent; then `outbox-stale` is raised. 0 = never. Default 60,000. */
  readonly oldestAgeMsMax: number;
}

export const defaultRelaySettings: RelaySettings = {
  leaseMs: 10_000,
  pollMs: 1000,
  pageMax: 4000,
  pageBytesMax: 8 * 1024 * 1024,
  oldestAgeMsMax: 60_000,
};

export type RelayOptions = RelayServices & Partial<RelaySettings>;

/** Between two tries of the same thing. */
export const relayBackoff = { backoffMs: 100, backoffMsMax: 30_000, backoffFactor: 2, jitter: 0.5 };
