/** Takes orders through all stages, in one way. */
export interface OrderContestant {
  /** Resolves when the last stage of this order is committed. */
  readonly place: (orderId: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}
