/**
 * A message's metadata, mapped to the CloudEvents 1.0 attributes of the same meaning: `id`, `source`, `type` (the contract's
 * name), `time`, with the rest as extension attributes. What a handler sees of a message beside its payload.
 */
export interface Envelope {
  readonly id: string;
  /** Who published it: the bus's `source` option. */
  readonly source: string;
  readonly type: string;
  readonly version: number;
  /** When it was published, in epoch milliseconds. */
  readonly timeMs: number;
  readonly orderingKey: string | undefined;
  readonly deduplicationKey: string;
  /** Its place among the messages of its channel and key, given by the outbox. */
  readonly sequence: Sequence | undefined;
  /** How often its handling has been started, from 1, as the broker and this process count it. */
  readonly attempt: number;
  /** Shared by all messages that one first message led to. */
  readonly correlationId: string;
  /** The id of the message whose handling published this one. */
  readonly causationId: string | undefined;
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
  readonly tenant: string | undefined;
  /** The publisher's own headers, without any of ours. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Sequence {
  readonly epoch: string;
  readonly number: number;
}
