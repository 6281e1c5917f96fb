import type { ChannelAddress } from './transport-driver.ts';

/** A captured publish, before the store numbers it. */
export interface OutboxDraft {
  readonly address: ChannelAddress;
  readonly id: string;
  readonly key: string | undefined;
  readonly deduplicationKey: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly delayMs: number;
  /**
   * Who keeps it back for `delayMs`. `store`: it is scheduled with the commit, and numbered and written to the outbox, with no delay left, by
   * a read after its time; only where `capabilities.scheduling` allows. Default `broker`.
   */
  readonly delayedBy?: 'broker' | 'store';
}

export interface OutboxRow extends Omit<OutboxDraft, 'delayedBy'> {
  /** The store's own reading order; says nothing of the order of commits. */
  readonly rowId: number;
  readonly bucket: number;
  /** Dense per channel and key, from 1, in commit order; `undefined` for messages without a key. */
  readonly sequence: number | undefined;
  /** Names the numbering: a restore or a failover to a lagging replica starts another one. */
  readonly epoch: string;
}

export interface BucketRequest {
  readonly owner: string;
  /** How many buckets this relay wants to hold at most. */
  readonly bucketsMax: number;
  readonly leaseMs: number;
  /**
   * To be called when rows may have been committed, by whomever: a hint that spares the wait for the next poll. It may come at any time,
   * often, without a reason, or never. The last one that an owner has given counts, until the owner asks for no bucket or the store closes.
   */
  readonly onRows?: () => void;
}

/** The right to send the rows of one bucket. The token grows with every new owner and is never given twice. */
export interface BucketLease {
  readonly bucket: number;
  readonly token: number;
}

export interface BucketGrant {
  readonly leases: readonly BucketLease[];
  /** Relays that have asked within their own lease, this one included: each should want no more than its share. */
  readonly relays: number;
  /** What keeps a store that would call `onRows` from doing so at present. Rows are then found by the poll alone. */
  readonly hintError?: unknown;
}

export interface OutboxQuery {
  readonly buckets: readonly number[];
  /** Keys that wait behind a failed or unknown send. */
  readonly blocked: readonly OutboxKey[];
  /** Channels of which nothing is to be read: their broker is down, or enough of theirs is under way. */
  readonly blockedChannels: readonly string[];
  /** Rows that were read before and are being sent. What comes behind them on their keys is read all the same. Default none. */
  readonly underWay?: readonly number[];
  /** In rows. */
  readonly limit: number;
  /** The page ends with the row whose body brings it to so many bytes. Default none. */
  readonly bytesMax?: number;
}

export interface OutboxKey {
  readonly channel: string;
  readonly key: string;
}

export interface OutboxPage {
  /** In order of their ids. A store may read them out of its answer only when they are looked at, and then throw. */
  readonly rows: readonly OutboxRow[];
  /** Their ids, where they are known without that: a relay then asks for the next page first. Default: those of `rows`. */
  readonly rowIds?: readonly number[];
  /** `bytesMax` has ended it: there were more within `limit`. Default false. */
  readonly isCut?: boolean;
  /**
   * When to read again for the sake of what is scheduled, at the latest; may be too early, never too late for what was committed before the
   * read. `undefined` where nothing is.
   */
  readonly nextDueInMs: number | undefined;
}

export interface OutboxDeletion {
  readonly rowIds: readonly number[];
  readonly leases: readonly BucketLease[];
}
