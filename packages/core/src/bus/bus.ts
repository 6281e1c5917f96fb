import type { Command, Contract, Event } from '../contracts/contract.ts';
import type { DeadLetters } from '../dead-letters/dead-letters.ts';
import type { StoreTransaction } from '../driver/index.ts';
import type { Envelope } from '../envelope/envelope.ts';
import type { BatchSettings } from '../handling/batch-settings.ts';
import type { Middleware } from '../handling/middleware.ts';
import type { RetryOptions } from '../handling/retry-policy.ts';
import type { Guarantees } from '../planning/guarantees.ts';
import type { Plan } from '../planning/plan.ts';

/**
 * Publishes and handles messages over one transport and one store. Several may live in one process; none knows of another.
 * Made by `createBus`. `Native` is the type of the store's own transaction, as handlers get it.
 */
export interface Bus<Native = unknown> extends Publisher {
  /**
   * Registers the handler of a command or, with a group, of an event. Before `start` only.
   * @throws `duplicate-handler`, `second-consumer-group`, `already-started`, `invalid-options`
   */
  readonly handle: Handle<Native>;
  /**
   * Registers a handler that does the work of a whole batch at once, such as by one statement: `effect` is `once`, and all of it commits with
   * the claims of the batch. When it throws, it is called again for each message by itself, so that only the failing one is retried.
   * @throws as `handle`
   */
  readonly handleBatch: HandleBatch<Native>;
  /**
   * Publishes many and answers for each, in order, instead of throwing at the first that failed. Messages of one ordering key keep
   * their order. Waits while the bus holds its bound of unconfirmed messages.
   */
  readonly publishAll: <Payload>(
    contract: Contract<Payload>,
    payloads: readonly Payload[],
    options?: Omit<PublishOptions, 'id'>,
  ) => Promise<readonly PublishOutcome[]>;
  /**
   * Runs `work` in a transaction of the store. What it publishes is numbered and written to the outbox by the transaction's last
   * statement, and leaves only when it commits. A write conflict runs `work` again, so it must have no effect outside.
   */
  readonly transaction: <Result>(work: (transaction: TransactionContext<Native>) => Promise<Result>) => Promise<Result>;
  /**
   * Plans, creates the topology and starts relay and receivers. Idempotent; may be called again after it failed.
   * @throws `plan-refused` with every refusal at once, `not-running` after `stop`
   */
  readonly start: () => Promise<void>;
  /**
   * Resolves when nothing is being published, relayed or handled and every queue of this bus is empty. With `drained: false` at
   * `timeoutMs` (default: none), and when the bus does not run.
   */
  readonly drain: (options?: { readonly timeoutMs?: number }) => Promise<{ readonly drained: boolean }>;
  /** Takes nothing new, lets handlers end within `graceMs` (default 10,000), aborts the rest and closes. Idempotent. */
  readonly stop: (options?: { readonly graceMs?: number }) => Promise<void>;
  /** Stops receiving for one subscription; what is in its lanes goes on. */
  readonly pause: (subscription: string) => void;
  readonly resume: (subscription: string) => void;
  /** Most handlers at once from now on; never more than were asked to be held, `concurrency` and `waitingMax` together. @throws `invalid-options` */
  readonly setConcurrency: (subscription: string, concurrency: number) => void;
  readonly health: () => Promise<Health>;
  /** How every guarantee is met, line by line; `toString()` prints it as a table. Needs no connection. */
  readonly explain: () => Plan;
  readonly deadLetters: DeadLetters;
}

export interface Publisher {
  /**
   * Publishes an event and resolves when the broker has confirmed it.
   * @throws `payload-invalid`, `invalid-options`, `header-invalid`, `message-too-large`, `publish-rejected`, `publish-unknown` (it may have arrived), `not-running`
   */
  readonly publish: <Payload>(event: Event<Payload>, payload: Payload, options?: PublishOptions) => Promise<Published>;
  /** Sends a command; everything else as `publish`. */
  readonly send: <Payload>(command: Command<Payload>, payload: Payload, options?: PublishOptions) => Promise<Published>;
}

export interface PublishOptions {
  /** Identity of this message. Default: a new id. Give your own where a retry of yours must be the same message. */
  readonly id?: string;
  /**
   * Not delivered before. Default 0. Whether later messages of its key wait behind it is the transport's
   * (`capabilities.delay.keepsOrder`); those that are numbered through an outbox always do. What is longer than the transport can do the store
   * keeps, where it can (`capabilities.scheduling`): confirmed means committed, later messages of its key overtake it, and it takes its place
   * among them when it is due.
   */
  readonly delayMs?: number;
  readonly correlationId?: string;
  readonly tenant?: string;
  readonly traceparent?: string;
  readonly tracestate?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Published {
  readonly id: string;
}

export type PublishOutcome =
  | { readonly status: 'confirmed'; readonly id: string }
  /** Certainly not accepted. */
  | { readonly status: 'rejected'; readonly error: Error }
  /** It may have arrived; publishing again is only safe with the same id. */
  | { readonly status: 'unknown'; readonly error: Error };

export interface Handle<Native> {
  <Payload>(command: Command<Payload>, handler: Handler<Payload, Native>, options?: HandlerOptions): void;
  <Payload>(
    event: Event<Payload>,
    handler: Handler<Payload, Native>,
    options: HandlerOptions & { readonly group: string },
  ): void;
}

export interface HandleBatch<Native> {
  <Payload>(command: Command<Payload>, handler: BatchHandler<Payload, Native>, options?: BatchHandlerOptions): void;
  <Payload>(
    event: Event<Payload>,
    handler: BatchHandler<Payload, Native>,
    options: BatchHandlerOptions & { readonly group: string },
  ): void;
}

/** The effect is `once`; a middleware is for single messages. */
export type BatchHandlerOptions = Omit<HandlerOptions, 'effect' | 'middleware'>;

/** Does the work of several messages of different ordering keys in one transaction of the store. */
export type BatchHandler<Payload, Native = unknown> = (
  items: readonly BatchItem<Payload, Native>[],
  transaction: Native,
) => Promise<void> | void;

export interface BatchItem<Payload, Native = unknown> {
  readonly payload: Payload;
  /** Of this message: its own identity, and what is published through it goes on from it. */
  readonly context: HandlerContext<Native>;
}

/** Does the work of one message. Throwing means that it did not happen; the retry policy decides what follows. */
export type Handler<Payload, Native = unknown> = (
  payload: Payload,
  context: HandlerContext<Native>,
) => Promise<void> | void;

export interface HandlerContext<Native = unknown> extends Publisher {
  readonly envelope: Envelope;
  /** Aborted when the lease is lost, the handler's time is over or the bus is stopped by force. */
  readonly signal: AbortSignal;
  /** Stable over retries, redelivery and replay: hand it to anything outside the database, such as a payment provider. */
  readonly idempotencyKey: string;
  /** The open transaction under `effect: 'once'`; `undefined` under `at-least-once`. */
  readonly transaction: StoreTransaction<Native>['native'] | undefined;
  /** The subscription's name, `channel` or `channel/group`. */
  readonly subscription: string;
}

export interface TransactionContext<Native = unknown> extends Publisher {
  readonly native: Native;
  readonly claim: StoreTransaction<Native>['claim'];
  readonly complete: StoreTransaction<Native>['complete'];
}

export interface HandlerOptions extends Partial<Guarantees> {
  readonly retry?: Partial<RetryOptions>;
  /**
   * Several deliveries of different ordering keys share one transaction, which is several times as fast on a database. Under `effect: 'once'`
   * only, and only for handlers that wait for nothing but the transaction: while one runs, the others' claims are held. Default: one each.
   */
  readonly batch?: Partial<BatchSettings>;
  readonly middleware?: readonly Middleware[];
}

export interface Health {
  /** `failing` when a subscription cannot receive or the relay cannot send. */
  readonly status: 'idle' | 'running' | 'failing' | 'stopped';
  /** Publishes that have no answer yet, those that wait for room under `unconfirmedMax` included. */
  readonly unconfirmed: number;
  readonly subscriptions: readonly SubscriptionHealth[];
  /** `isStale`: the oldest row is older than `outbox.oldestAgeMsMax` allows. */
  readonly outbox: { readonly rows: number; readonly oldestAgeMs: number; readonly isStale: boolean };
}

export interface SubscriptionHealth {
  readonly subscription: string;
  readonly status: 'receiving' | 'paused' | 'circuit-open' | 'failing' | 'stopped';
  readonly running: number;
  readonly waiting: number;
  /** As the broker tells it; `undefined` where it cannot. */
  readonly ready: number | undefined;
  readonly oldestAgeMs: number | undefined;
}
