import type { TransportCapabilities } from './transport-capabilities.ts';
import type { TransportErrorCode } from './transport-error.ts';

/**
 * What a transport author implements: I/O against one broker, nothing else. Twelve functions in three objects.
 * A driver does not retry, log, decode or decide. It throws raw errors, which `codeOf` classifies; core wraps once.
 */
export interface TransportDriver {
  readonly specVersion: 1;
  /** Short name for plans and messages, such as `rabbit`. Core never branches on it. */
  readonly name: string;
  readonly capabilities: TransportCapabilities;
  /** Creates what is missing, idempotently; throws `topology-conflict` where something exists with other settings. */
  readonly ensureTopology: (topology: Topology) => Promise<void>;
  readonly openSender: (channel: ChannelAddress) => Promise<TransportSender>;
  readonly openReceiver: (subscription: SubscriptionAddress, options: ReceiverOptions) => Promise<TransportReceiver>;
  /** Never disturbs a consumer. May be called at any time, also while nothing is open. */
  readonly inspect: (subscription: SubscriptionAddress) => Promise<QueueInspection>;
  readonly codeOf: (error: unknown) => TransportErrorCode;
  /** Closes every sender and receiver that is still open. Idempotent. Does not wait for unsettled deliveries. */
  readonly close: () => Promise<void>;
}

/** A command's queue or an event's topic. */
export interface ChannelAddress {
  readonly kind: 'command' | 'event';
  /** Logical name; the driver maps it to a legal broker name and refuses what it cannot map (`invalid-address`). */
  readonly channel: string;
}

/** One named group's queue on a channel. A command has exactly one. */
export interface SubscriptionAddress extends ChannelAddress {
  readonly group: string;
}

export interface Topology {
  readonly channels: readonly ChannelAddress[];
  readonly subscriptions: readonly SubscriptionTopology[];
}

export interface SubscriptionTopology extends SubscriptionAddress {
  /** How long a delivery stays with its receiver unless it is extended; the default lease of the queue. */
  readonly leaseMs: number;
}

export interface TransportSender {
  /**
   * Hands over one batch and answers per message, in the order of `messages`.
   * Called again before the last call ended only up to `capabilities.send.batchesInFlightMax`, and never with a key that
   * an unfinished call holds. Throws only when nothing can have been sent; otherwise the outcome says `unknown`.
   */
  readonly sendBatch: (messages: readonly TransportMessage[]) => Promise<readonly SendOutcome[]>;
  /** Waits for calls under way. Idempotent. */
  readonly close: () => Promise<void>;
}

/** Nobody changes a message, its headers or its bytes once it is handed over, in either direction: so nobody has to copy them. */
export interface TransportMessage {
  /** Identity of this message, the same over every retry of its publish. */
  readonly id: string;
  /** Ordering key; `undefined` when the message has no order. */
  readonly key: string | undefined;
  /** Business identity, stable over every retry; equals `id` where the contract declares none. */
  readonly deduplicationKey: string;
  /** Everything else of the envelope and the custom headers, already within limits. */
  readonly headers: Readonly<Record<string, string>>;
  /** Often a view: `body.buffer` holds other messages too, and is neither sent nor transferred. */
  readonly body: Uint8Array;
  /** Not delivered before this many milliseconds have passed; 0 unless `capabilities.delay` allows more. */
  readonly delayMs: number;
}

export type SendOutcome =
  | { readonly status: 'confirmed' }
  /** Certainly accepted by nobody: a refusal of one queue among several is `unknown`. */
  | { readonly status: 'rejected'; readonly error: unknown }
  /** The request may have arrived. Never turned into `rejected`. */
  | { readonly status: 'unknown'; readonly error: unknown };

export interface ReceiverOptions {
  readonly leaseMs: number;
  /** Most deliveries core will hold unsettled at once; the driver turns it into prefetch, credit or fetch size. */
  readonly unsettledMax: number;
  /**
   * Called with receipts that no longer belong to this receiver: channel closed, partition taken away, lease expired.
   * Core aborts their handlers and never settles them. May be called at any time after `openReceiver` began.
   */
  readonly onLost: (receipts: readonly Receipt[]) => void;
  /**
   * Called with receipts that are to come back soon, such as before the end of an invocation: core begins none of them any more, releases
   * what does not run at once, and what runs it accepts or releases when it ends; after `graceMs` it aborts the handlers. Whoever calls it
   * names all that are held of an ordering key. Core always gives it.
   */
  readonly onRecall?: (receipts: readonly Receipt[], graceMs: number) => void;
}

/** The driver's own mark of a delivery; opaque to core, compared by identity. */
export type Receipt = object;

export interface TransportReceiver {
  /**
   * Waits for deliveries and answers with at most `limit` of them, in broker order. Never called twice at once.
   * Returns an empty list when the signal aborts or the driver's own wait (20 s at most) ends. While core does not call it, the
   * driver takes nothing beyond what it has buffered. An error with the code `closed` says that this receiver is at its end and has
   * reported what it held through `onLost`; after any other error core calls again.
   */
  readonly receiveBatch: (limit: number, signal: AbortSignal) => Promise<readonly Delivery[]>;
  /** Settles and answers per settlement, in order. May run concurrently with itself and with `receiveBatch`. */
  readonly settleBatch: (settlements: readonly Settlement[]) => Promise<readonly SettleOutcome[]>;
  /** Holds the deliveries for `leaseMs` more, counted from now; answers per receipt, in order. */
  readonly extendBatch: (receipts: readonly Receipt[], leaseMs: number) => Promise<readonly LeaseOutcome[]>;
  /** Gives unsettled deliveries back to the broker and stops. Idempotent. */
  readonly close: () => Promise<void>;
}

export interface Delivery {
  readonly receipt: Receipt;
  readonly message: TransportMessage;
  /** The broker's own count, from 1; 1 where it counts none. Never read from a header that a producer can set. */
  readonly attempt: number;
  /** When the broker accepted the message, in epoch milliseconds; `undefined` where it does not say. */
  readonly enqueuedAtMs: number | undefined;
  /**
   * What the broker itself knows the message by, the same at every delivery and for no other message: `topic/partition/offset` on Kafka, the
   * id that SQS gave it; `undefined` where there is none.
   */
  readonly origin: string | undefined;
}

export type Settlement =
  /** Done; never deliver it again. */
  | { readonly receipt: Receipt; readonly action: 'accept' }
  /** Deliver it again after `delayMs`. */
  | { readonly receipt: Receipt; readonly action: 'release'; readonly delayMs: number };

/**
 * `settled` means that nothing failed, not that the broker heard it: a late RabbitMQ ack vanishes silently. Only the
 * store decides whether an effect happened.
 */
export type SettleOutcome =
  | { readonly status: 'settled' }
  | { readonly status: 'lost' }
  | { readonly status: 'failed'; readonly error: unknown };

export type LeaseOutcome = 'extended' | 'lost';

/** A missing figure is `undefined`, never 0. */
export interface QueueInspection {
  readonly ready: number | undefined;
  readonly inFlight: number | undefined;
  readonly oldestAgeMs: number | undefined;
}
