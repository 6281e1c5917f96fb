import type {
  ChannelAddress,
  Delivery,
  LeaseOutcome,
  QueueInspection,
  SubscriptionAddress,
  Topology,
  TransportCapabilities,
  TransportErrorCode,
  TransportMessage,
} from '@waybill/core/driver';

/** What a client asks of the host of a memory broker. Senders and receivers have numbers that the client gives. */
export type Request =
  | { readonly ask: 'hello' }
  | { readonly ask: 'ping' }
  | { readonly ask: 'ensure-topology'; readonly topology: Topology }
  | { readonly ask: 'inspect'; readonly subscription: SubscriptionAddress }
  | { readonly ask: 'open-sender'; readonly sender: number; readonly channel: ChannelAddress }
  | {
      readonly ask: 'open-receiver';
      readonly receiver: number;
      readonly subscription: SubscriptionAddress;
      readonly leaseMs: number;
      readonly unsettledMax: number;
    }
  | { readonly ask: 'send'; readonly sender: number; readonly messages: readonly TransportMessage[] }
  | { readonly ask: 'receive'; readonly receiver: number; readonly limit: number }
  | { readonly ask: 'stop-receive'; readonly receiver: number }
  | { readonly ask: 'settle'; readonly receiver: number; readonly settlements: readonly WireSettlement[] }
  | {
      readonly ask: 'extend';
      readonly receiver: number;
      readonly receipts: readonly number[];
      readonly leaseMs: number;
    }
  | { readonly ask: 'close'; readonly opened: number };

export type RequestOf<Ask extends Request['ask']> = Extract<Request, { readonly ask: Ask }>;

/** What each is answered with. */
export interface Answers {
  readonly hello: { readonly name: string; readonly capabilities: TransportCapabilities };
  readonly ping: undefined;
  readonly 'ensure-topology': undefined;
  readonly inspect: QueueInspection;
  readonly 'open-sender': undefined;
  readonly 'open-receiver': undefined;
  readonly send: readonly WireOutcome<'confirmed' | 'rejected' | 'unknown'>[];
  readonly receive: readonly WireDelivery[];
  readonly 'stop-receive': undefined;
  readonly settle: readonly WireOutcome<'settled' | 'lost' | 'failed'>[];
  readonly extend: readonly LeaseOutcome[];
  readonly close: undefined;
}

/** An error as it travels: an instance would lose its class. */
export interface WireError {
  readonly code: TransportErrorCode;
  readonly message: string;
}

export interface WireOutcome<Status extends string> {
  readonly status: Status;
  readonly error?: WireError;
}

/** A receipt is a number on the wire, counted by the host for each receiver. */
export interface WireDelivery extends Omit<Delivery, 'receipt'> {
  readonly receipt: number;
}

export interface WireSettlement {
  readonly receipt: number;
  readonly action: 'accept' | 'release';
  readonly delayMs: number;
}

/** What goes from the client to the host, one a frame. */
export interface Call {
  readonly call: number;
  readonly request: Request;
}

/** The answer to a call. */
export type Reply =
  | { readonly call: number; readonly answer: Answers[keyof Answers] }
  | { readonly call: number; readonly error: WireError };

/** What the host says without being asked: these receipts are the client's no more. */
export interface Loss {
  readonly receiver: number;
  readonly receipts: readonly number[];
}
