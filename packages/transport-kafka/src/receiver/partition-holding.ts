/** What a receiver holds of one of its partitions. */
export interface PartitionHolding {
  readonly partition: number;
  /** The offset to read next; `undefined` before anything was read. */
  readonly position: number | undefined;
  /** Read, and not with core. */
  readonly waiting: number;
  /** With core. */
  readonly inFlight: number;
  /** When the first record that was read and is not finished was written, in epoch milliseconds; `undefined` when all are finished. */
  readonly oldestAtMs: number | undefined;
}
