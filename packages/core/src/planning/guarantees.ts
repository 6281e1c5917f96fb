/** What a handler asks for. The planner meets it, names how, or refuses to start. */
export interface Guarantees {
  /** `per-key`: messages of one ordering key are handled in publish order, one at a time. Default `per-key` where the contract has an ordering key. */
  readonly order: 'none' | 'per-key';
  /** `once`: the handler's writes to the store happen once per deduplication key, without a time limit. Default `at-least-once`. */
  readonly effect: 'at-least-once' | 'once';
  /**
   * What becomes of a message that keeps failing. `dead-letter` (default): it is set aside and its key goes on. `park-key`: later
   * messages of its key wait behind it until it is replayed or purged. `block-key`: it is tried for ever and its key stands still.
   */
  readonly onPoison: 'dead-letter' | 'park-key' | 'block-key';
  /** How long a delivery is held before it must be renewed, in milliseconds. Default 30,000. */
  readonly leaseMs: number;
  /** Most handlers at once, over all keys. Default 10. */
  readonly concurrency: number;
  /** Most messages held in lanes beyond the running ones. Default 10 × concurrency, at least 100. */
  readonly waitingMax: number;
  /** Most handler starts a second; `Infinity` (default) for no limit. */
  readonly ratePerSecond: number;
  /** Longest run of one attempt before its signal is aborted. Default 60,000. */
  readonly handlerTimeoutMs: number;
  /**
   * `durable`: transport and store both survive their process. `as-configured` (default): the store is refused only where it would
   * lose what the transport keeps. `volatile`: anything goes.
   */
  readonly durability: 'durable' | 'as-configured' | 'volatile';
}

/** Everything that a handler did not ask for; order and `waitingMax` follow from the contract and the concurrency. */
export const defaultGuarantees: Omit<Guarantees, 'order' | 'waitingMax'> = {
  effect: 'at-least-once',
  onPoison: 'dead-letter',
  leaseMs: 30_000,
  concurrency: 10,
  ratePerSecond: Infinity,
  handlerTimeoutMs: 60_000,
  durability: 'as-configured',
};
