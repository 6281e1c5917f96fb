import type { DeadLetterChange, DeadLetterPage, DeadLetterQuery } from './dead-letter-record.ts';
import type {
  BucketGrant,
  BucketRequest,
  OutboxDeletion,
  OutboxDraft,
  OutboxPage,
  OutboxQuery,
} from './outbox-record.ts';
import type { StoreCapabilities } from './store-capabilities.ts';
import type { StoreErrorCode } from './store-error.ts';

/**
 * What a database author implements, shaped by measurements on PostgreSQL: work goes over the wire in batches and a handler gets
 * the transaction, never the pool. Twelve functions in two objects.
 * A store does not retry or decide; it throws raw errors, which `codeOf` classifies.
 */
export interface StoreDriver<Native = unknown> {
  readonly specVersion: 1;
  readonly name: string;
  readonly capabilities: StoreCapabilities;
  /**
   * Runs `work` in one transaction (READ COMMITTED or stronger) and commits when it resolves, rolls back when it rejects.
   * Resolves only when the commit is certain; an error with the code `commit-unknown` means that it may have happened.
   */
  readonly transaction: <Result>(work: (transaction: StoreTransaction<Native>) => Promise<Result>) => Promise<Result>;
  /**
   * Renews the buckets that a relay holds and takes free ones, up to `bucketsMax`; gives up what it holds beyond, the highest numbers
   * first. A bucket whose lease ran out may be taken; its token then grows.
   */
  readonly leaseBuckets: (request: BucketRequest) => Promise<BucketGrant>;
  /**
   * Reads committed rows in id order, from the start, so that no late commit is skipped. Left out are the keys and channels
   * that the query blocks, and the keys parked under the subscription `outbox`. First moves what is due of the scheduled messages of these
   * buckets into the outbox, each once however many read, and numbers them there; a bounded number at a time.
   */
  readonly readOutbox: (query: OutboxQuery) => Promise<OutboxPage>;
  /** Deletes rows that were sent; rows whose bucket token is no longer current stay. Answers how many went. */
  readonly deleteOutbox: (deletion: OutboxDeletion) => Promise<number>;
  readonly readDeadLetters: (query: DeadLetterQuery) => Promise<DeadLetterPage>;
  readonly inspect: () => Promise<StoreInspection>;
  readonly codeOf: (error: unknown) => StoreErrorCode;
  /** Waits for transactions under way. Idempotent. */
  readonly close: () => Promise<void>;
}

/** One open transaction. Unusable after its end (`transaction-closed`). Calls do not overlap. */
export interface StoreTransaction<Native = unknown> {
  /** What the user's own reads and writes go through, so that they commit with the marks. */
  readonly native: Native;
  /** Claims all of them in one round trip and answers in order. A claim that is not `claimed` changes nothing. */
  readonly claim: (claims: readonly Claim[]) => Promise<readonly ClaimOutcome[]>;
  /** Stores the answer of claims that were made with a lease, and makes them final. */
  readonly complete: (completions: readonly Completion[]) => Promise<void>;
  /**
   * Numbers the messages per channel and key and writes them to the outbox; those that the store delays it schedules, without a number.
   * Called once, as the last statement.
   */
  readonly enqueue: (drafts: readonly OutboxDraft[]) => Promise<void>;
  /** Puts, parks, takes away and marks dead letters. */
  readonly changeDeadLetters: (changes: readonly DeadLetterChange[]) => Promise<void>;
}

export type Claim = IdentityClaim | SequenceClaim | OpenKeyClaim;

/** The inbox: one business identity, once per scope. Also the idempotency record of an HTTP request. */
export interface IdentityClaim {
  readonly kind: 'identity';
  /** Who counts it: a subscription, or an operation such as `POST /checkouts`. */
  readonly scope: string;
  readonly key: string;
  /** Of the validated payload; another fingerprint under the same key is a `conflict`. */
  readonly fingerprint: string;
  /**
   * 0 = final with the commit of this transaction. More = committed as in progress for so long; whoever claims it
   * meanwhile is told `in-progress`, whoever claims it after may have it. Ended by `complete`.
   */
  readonly leaseMs: number;
  /** Whose claim it is: only a completion that names the same owner ends it. Default: of nobody, so whoever names none. */
  readonly owner?: string;
  /** How long it counts, from this claim on and at least for the lease; then the key is new, whatever comes under it. Default: for ever. */
  readonly retentionMs?: number;
}

/** The sequence fence: moves the cursor of (scope, channel, key) from `sequence − 1` to `sequence`, or says why not. */
export interface SequenceClaim {
  readonly kind: 'sequence';
  readonly scope: string;
  readonly channel: string;
  readonly key: string;
  /**
   * The name of the numbering. Those of the form `<system>.<timeline>.<database>`, whole numbers, are parts of one history: a later timeline
   * goes on with the next number, and a number below that is a `conflict` unless the cursor passed it on this very timeline. Every other name
   * than that of the cursor is a `conflict`.
   */
  readonly epoch: string;
  readonly sequence: number;
  /**
   * The lowest number to accept where this scope has no cursor for the key yet. 1 where the broker keeps no order; `sequence` itself
   * where it does, so that a subscription made later starts with what it is given first.
   */
  readonly firstSequence: number;
  /** Moves the cursor over missing numbers as well: an operator has given them up. */
  readonly overGap: boolean;
}

/** Asks whether a key is open or parked, and holds it so until the end of the transaction. Never marks anything. */
export interface OpenKeyClaim {
  readonly kind: 'open-key';
  readonly scope: string;
  readonly channel: string;
  readonly key: string;
}

export type ClaimOutcome =
  | { readonly status: 'claimed' }
  /** Done before. `answer` is what `complete` stored, if anything. */
  | { readonly status: 'duplicate'; readonly answer: Uint8Array | undefined }
  /** Same identity with another fingerprint, or a number of another numbering. */
  | { readonly status: 'conflict' }
  | { readonly status: 'in-progress'; readonly retryAfterMs: number }
  /** Earlier numbers are missing; `expected` is the next one that can be claimed. */
  | { readonly status: 'gap'; readonly expected: number }
  /** The key waits behind a parked dead letter. */
  | { readonly status: 'parked' };

export interface Completion {
  readonly scope: string;
  readonly key: string;
  /** That of the claim. Whoever lost it to another owner is told `not-found`, also while that one is still at work. */
  readonly owner?: string;
  readonly answer: Uint8Array | undefined;
}

export interface StoreInspection {
  /** Rows that are neither sent nor parked; a store may stop counting at 1,000. */
  readonly outboxRows: number;
  /** Age of the oldest row that is neither sent nor parked; 0 when there is none. */
  readonly outboxOldestAgeMs: number;
  /** Messages that wait for their time, not counted as outbox rows; a store may stop counting at 1,000. */
  readonly scheduledRows: number;
  readonly deadLetters: number;
  readonly parkedKeys: number;
}
