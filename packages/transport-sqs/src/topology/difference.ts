/** One thing that is not as it is wanted. */
export interface Difference {
  /** Such as `queues.waybill-orders.fifo.VisibilityTimeout`. */
  readonly path: string;
  readonly wanted: string;
  readonly present: string;
  /** What to do about it: one sentence without its full stop. */
  readonly remedy: string;
  /** What `apply` sets by itself, because it is missing or decides nothing; `undefined` for what somebody else must decide. */
  readonly repair: Repair | undefined;
}

export interface Repair {
  readonly attributes?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
}
