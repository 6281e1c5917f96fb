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
}

export interface OutboxRow extends OutboxDraft {
  /** The store's own reading order; says nothing of the order of commits. */
  readonly rowId: number;
  readonly bucket: number;
  /** Dense per channel and key, from 1, in commit order; `undefined` for messages without a key. */
  readonly sequence: number | undefined;
  /** Names the numbering: a restore or a failover to a lagging replica starts another one. */
  readonly epoch: string;
  readonly createdAtMs: number;
}

export interface BucketRequest {
  readonly owner: string;
  /** How many buckets this relay wants to hold at most. */
  readonly bucketsMax: number;
  readonly leaseMs: number;
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
}

export interface OutboxQuery {
  readonly buckets: readonly number[];
  /** Keys that wait behind a failed or unknown send. */
  readonly blocked: readonly OutboxKey[];
  /** Channels of which nothing is to be read: a page of theirs is under way, or their broker is down. */
  readonly blockedChannels: readonly string[];
  readonly limit: number;
}

export interface OutboxKey {
  readonly channel: string;
  readonly key: string;
}

export interface OutboxPage {
  readonly rows: readonly OutboxRow[];
}

export interface OutboxDeletion {
  readonly rowIds: readonly number[];
  readonly leases: readonly BucketLease[];
}
