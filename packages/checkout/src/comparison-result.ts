/** Everything one run of the comparison found: what `comparison.json` holds and the report draws. */
export interface Comparison {
  readonly schemaVersion: 1;
  /** The workload, the provider's moods and the brokers' chance all follow from it. */
  readonly seed: number;
  readonly buyers: number;
  /** Every duration of the run was divided by it, or by what an architecture bears (`timeScaleMax`); every figure is multiplied back. */
  readonly timeScale: number;
  /** ISO 8601, in UTC. */
  readonly startedAt: string;
  /** Real milliseconds that the run took: the only figure that is not unscaled. */
  readonly durationMs: number;
  readonly architectures: readonly ArchitectureResult[];
}

export type ArchitectureId = 'status-quo' | 'firehose' | 'cloudtrail' | 'sns' | 'sqs-fifo' | 'commit-first';

/**
 * One architecture under the workload. Counted from the provider's ledger and the order table after everything has settled, and
 * from the buyers' own watches; never from what the architecture says of itself. Times are unscaled milliseconds.
 */
export interface ArchitectureResult {
  readonly id: ArchitectureId;
  readonly title: string;
  /** What of the option's wording cannot be built, and why; `buildable as worded` where nothing is in the way. */
  readonly asWorded: string;
  /** The nearest thing that can be built, which is what ran. */
  readonly nearest: string;
  /** One sentence that explains the figures. */
  readonly why: string;
  /** Buyers who wanted one thing once. Everything below is held against this number. */
  readonly wishes: number;
  /** Rows in the order table. */
  readonly orders: number;
  /** Orders beyond the first of a wish. */
  readonly duplicateOrders: number;
  /** Wishes whose buyer was given an order number, of which no order was ever paid and no card was declined. */
  readonly lostOrders: number;
  /** Charges that the provider captured. */
  readonly charges: number;
  /** Charges beyond the first of a wish. */
  readonly duplicateCharges: number;
  /** Charges whose order is not in the order table, or stands there as unpaid: money without goods. */
  readonly chargesWithoutOrder: number;
  /** Orders still `PENDING_PAYMENT` when nothing moves any more. */
  readonly stuckOrders: number;
  /** Why the run was counted before everything had settled; `undefined` when it had. */
  readonly unsettled: string | undefined;
  /** Forms sent, the first of each wish included. */
  readonly submits: number;
  /** Submits of which the buyer knew no outcome when the patience was over. */
  readonly timeouts: number;
  /** From the buyer's first click to the first answer with an order number or a refusal, over every resubmit. */
  readonly checkoutMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** From the buyer's first click to the first order of the wish being paid in the order table. */
  readonly timeToPaidMs: { readonly p50: number; readonly p99: number };
  /** One per wish that was answered, ascending. */
  readonly checkoutSamplesMs: readonly number[];
  /** One per wish that was paid, ascending. */
  readonly timeToPaidSamplesMs: readonly number[];
}
