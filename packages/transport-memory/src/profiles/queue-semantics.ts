/** How a broker of queues behaves, as plain values. Times in milliseconds, sizes in bytes, `Infinity` for no limit. */
export interface QueueSemantics {
  /** Longest name of a channel or a group. */
  readonly nameCharsMax: number;

  // Sending
  readonly sendBatchMax: number;
  readonly sendBatchBytesMax: number;
  readonly sendBatchesInFlightMax: number;
  /** Whether a refused message keeps later ones of its key in the batch from being accepted. */
  readonly afterSendFailure: 'stops-key' | 'independent';
  /** Body, key, names and values of the headers together. */
  readonly messageBytesMax: number;
  readonly headersMax: number;
  readonly keyCharsMax: number;
  /** Longest delay a message may ask for; 0 = none may. */
  readonly delayMsMax: number;

  // Topics
  /** Groups that can subscribe to one event; 1 = there are no topics, an event is a queue. */
  readonly groupsMax: number;
  readonly topicDeduplicationMs: number;
  readonly topicDeduplicationScope: DeduplicationScope;

  // On the way into a queue
  /** Counted from the accepted send, never renewed by a duplicate. */
  readonly deduplicationMs: number;
  readonly deduplicationScope: DeduplicationScope;
  /** What makes two messages the same: the deduplication key, or the bytes of the body. */
  readonly deduplicationBy: 'key' | 'body';
  /** Share of accepted messages that never reach the queue. */
  readonly lossProbability: number;
  /** Share of accepted messages that reach the queue twice; the second within `duplicateDelayMsMax` of the first. */
  readonly duplicateProbability: number;
  readonly duplicateDelayMsMax: number;
  /** Time to the queue, lognormal: its mean and its 99th percentile; 0 = at once. */
  readonly latencyMsMean: number;
  readonly latencyMsTail: number;
  /** Whether the body travels, or only what stands beside it. */
  readonly bodies: 'delivered' | 'left-out';

  // Order
  /**
   * `exclusive`: deliveries of a key in order, and to one receiver as long as one is unsettled. `group-lock`: in order, and none
   * behind an unsettled one, whoever asks. `none`: keys mean nothing.
   */
  readonly keyOrder: 'exclusive' | 'group-lock' | 'none';
  /** Share of messages without order that overtake others, by up to `displacementMax` places. */
  readonly displacementProbability: number;
  readonly displacementMax: number;

  // Receiving
  readonly receiveBatchMax: number;
  /** How long a receive call waits for the first message. */
  readonly pollMs: number;
  readonly leaseMsDefault: number;
  readonly leaseMsMax: number;
  /** Longest total hold of one delivery, extensions included. */
  readonly holdMsMax: number;
  /**
   * What a settlement after the end of its lease meets: `lost` = the answer of that name; `error` = a refusal;
   * `works-if-latest` = success, with effect unless the message was delivered again.
   */
  readonly lateSettlement: 'lost' | 'error' | 'works-if-latest';
  /** Deliveries held at once, beyond which a receive call finds nothing. */
  readonly inFlightMax: number;
  /** Deliveries of one message; the receive that would exceed it moves it away. */
  readonly attemptsMax: number;
  readonly afterAttempts: 'dead-letter' | 'drop';
  /** Whether a message that moves to the dead letters keeps the time at which it was accepted. Its age there restarts. */
  readonly deadLetterTimestamp: 'kept' | 'restarted';
  /** From this attempt on, a message without order comes back behind all others instead of before them. */
  readonly backAfterAttempts: number;

  /** Calls of one kind (send, receive, settle, extend) a queue takes in a second. */
  readonly callsPerSecond: number;
}

/** `queue`: the same identity once in the whole channel. `key`: once in each ordering key. */
export type DeduplicationScope = 'queue' | 'key' | 'none';
