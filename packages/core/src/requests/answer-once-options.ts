import type { Bus, TransactionContext } from '../bus/bus.ts';
import type { NewId } from '../driver/index.ts';
import { BusError } from '../errors/bus-error.ts';

/** What makes a request the same one when it comes again. */
export interface OnceRequest {
  /** What is asked for, such as `POST /checkouts`: the same key of two operations is two requests. */
  readonly operation: string;
  /** The sender's idempotency key. Where senders must not meet on one key, it has to hold who they are. */
  readonly key: string;
  /** The validated request: the same key with another one is a `conflict`. Plain data, compared by its `fingerprint`. */
  readonly request: unknown;
  /** How long the key stands for this request, from its first claim on; used after it, the key is a new request. Default: for ever. */
  readonly retentionMs?: number;
}

/** The answer is made of the transaction alone. */
export interface OnceInTransaction<Native> extends OnceRequest {
  readonly bus: Pick<Bus<Native>, 'transaction'>;
  /** Answers in the transaction that makes the answer final. A write conflict runs it again, so it must touch nothing else. */
  readonly work: (transaction: TransactionContext<Native>) => Promise<Uint8Array>;
  readonly call?: never;
  readonly leaseMs?: never;
}

/** The answer needs somebody outside, such as a payment provider, for whom no transaction may wait. */
export interface OnceAroundCall<Native, Result> extends OnceRequest {
  readonly bus: Pick<Bus<Native>, 'transaction'>;
  /** How long the request is in progress, and repeats of it are told to wait. Longer than `call` and `work` take; after it another may take over. */
  readonly leaseMs: number;
  /**
   * Called outside of every transaction. It may have been called before, by somebody who died over it: give the idempotency key to whoever is
   * called, or look there first. What it throws leaves the request in progress until the lease runs out; what is final, such as a refusal,
   * it returns.
   */
  readonly call: (attempt: OnceAttempt) => Promise<Result>;
  /** As above, with what `call` has brought. */
  readonly work: (transaction: TransactionContext<Native>, result: Result) => Promise<Uint8Array>;
  /** Names who works on the request. Default: UUIDs. */
  readonly newId?: NewId;
}

export interface OnceAttempt {
  /** The same for every attempt of the request, whoever makes it. */
  readonly idempotencyKey: string;
}

export type OnceAnswer =
  /** By this call, or by the first: then it is the bytes that the first was answered with. */
  | { readonly status: 'answered'; readonly answer: Uint8Array; readonly isReplay: boolean }
  /** Somebody is at work on it, for at most so long. */
  | { readonly status: 'in-progress'; readonly retryAfterMs: number }
  /** The key was used for another request. */
  | { readonly status: 'conflict' };

/** @throws `invalid-options` */
export function checkOnceOptions(options: OnceRequest & { readonly leaseMs?: number }): void {
  const { operation, key, retentionMs = Infinity, leaseMs = Infinity } = options;
  for (const [path, text] of Object.entries({ operation, key })) {
    if (typeof text !== 'string' || text === '') throw invalid(path, 'must be a text that is not empty');
  }
  for (const [path, duration] of Object.entries({ retentionMs, leaseMs })) {
    if (!(duration > 0)) throw invalid(path, 'must be above 0');
  }
}

const invalid = (path: string, problem: string): BusError =>
  new BusError({ code: 'invalid-options', message: `The ${path} of a request ${problem}.`, path });
