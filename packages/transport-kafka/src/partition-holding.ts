/** What a receiver knows of a partition that it has. */
export interface PartitionHolding {
  readonly groupId: string;
  readonly partition: number;
  /** The first offset that is not finished: what comes to be committed next. */
  readonly nextOffset: number;
  /** Handed out and not settled. */
  readonly inFlight: number;
  /** Settled above an unfinished one. */
  readonly finishedAbove: number;
  /** When the oldest unfinished record that is here was written, in epoch milliseconds; `undefined` where none is here. */
  readonly oldestTimestampMs: number | undefined;
}
