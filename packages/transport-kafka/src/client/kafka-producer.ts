/** A record as it is sent. */
export interface WireRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** Epoch milliseconds; part of what makes a repeated batch identical. */
  readonly timestampMs: number;
}

export interface ProducerBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly WireRecord[];
  /** Called right before the request is written: from then on the batch may arrive. `false`: nobody waits for it any more, and it must not be. */
  readonly begin: () => boolean;
}

/** One idempotent session with acks −1. */
export interface KafkaProducer {
  /**
   * Sends one batch to one partition in one request, and resolves when every in-sync replica has it. Tries once: after a failure nobody knows
   * whether it arrived, unless the error says so or `begin` was never called. The caller sends the identical batch again before any other of that
   * partition, or gives up the whole session. Never called for a partition that has a batch under way: a second one would take the number of a
   * batch whose answer is lost, and be dropped with success (kafka-facts.md §1).
   */
  readonly send: (batch: ProducerBatch) => Promise<void>;
  /** Ends the session, also what is under way in it. Idempotent. */
  readonly close: () => Promise<void>;
}
