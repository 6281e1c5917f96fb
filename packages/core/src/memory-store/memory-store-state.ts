import type { FenceCursor } from '../driver/index.ts';
import { BucketTable } from './bucket-table.ts';
import { GroupedMap } from './grouped-map.ts';
import type { StoredRow } from './isolated-row.ts';
import { LetterShelf } from './letter-shelf.ts';
import { OutboxIndex } from './outbox-index.ts';
import { ParkedKeys } from './parked-keys.ts';
import { ScheduledMessages } from './scheduled-messages.ts';

/** One business identity. The lease and the answer make it an idempotency record. */
export interface IdentityMark {
  readonly fingerprint: string;
  /** Only who names it completes the claim. */
  readonly owner: string | undefined;
  /** Monotonic; `undefined` = final. */
  readonly leaseUntilMs: number | undefined;
  /** Monotonic; without end where the claim says nothing. */
  readonly keepUntilMs: number;
  readonly answer: Uint8Array | undefined;
}

/** The numbering of one channel and key. */
export interface Numbering {
  last: number;
  lastRowId: number;
}

/**
 * Everything that a memory store keeps. It outlives the store that was opened on it, as a database outlives its clients: a test lets
 * one store die with its process and opens another on the same state. All stores on one state must share one clock.
 */
export interface MemoryStoreState {
  readonly epoch: string;
  /** By scope and key. */
  readonly identities: GroupedMap<IdentityMark>;
  /** By scope with channel, and key. */
  readonly cursors: GroupedMap<FenceCursor>;
  /** By kind with channel, and key. */
  readonly numberings: GroupedMap<Numbering>;
  /** By subscription with channel, and key. */
  readonly parked: ParkedKeys;
  readonly letters: LetterShelf;
  /** The user's rows, by table and key. */
  readonly tables: GroupedMap<StoredRow>;
  readonly outbox: OutboxIndex;
  readonly scheduled: ScheduledMessages;
  readonly buckets: BucketTable;
  lastRowId: number;
}

/**
 * @param epoch names the numbering. Every new state numbers anew, so it must be a name that was never used.
 * @param buckets Keys are spread over so many buckets, which any number of relays share.
 */
export function createMemoryStoreState(epoch: string, buckets = 64): MemoryStoreState {
  const outbox = new OutboxIndex(buckets);
  return {
    epoch,
    identities: new GroupedMap(),
    cursors: new GroupedMap(),
    numberings: new GroupedMap(),
    parked: new ParkedKeys(outbox),
    letters: new LetterShelf(),
    tables: new GroupedMap(),
    outbox,
    scheduled: new ScheduledMessages(buckets),
    buckets: new BucketTable(buckets),
    lastRowId: 0,
  };
}
