import type { DeadLetterRecord } from '../driver/index.ts';

/** Looks at, replays and purges the dead letters of a bus's store. The same on every broker. */
export interface DeadLetters {
  /** In the order they were put. `after` is the `next` of the page before. */
  readonly list: (
    filter?: DeadLetterFilter,
  ) => Promise<{ readonly letters: readonly DeadLetterRecord[]; readonly next: number | undefined }>;
  /** @throws `dead-letter-not-found` */
  readonly read: (id: string) => Promise<DeadLetterRecord>;
  /**
   * Handles the letters again in this process, per key in their order, with the attempts starting at 1. A letter goes away in the
   * transaction of its handler; one that fails again stays, with the later ones of its key behind it. One whose earlier numbers are
   * missing fails too, unless `overGap` gives those up: should they come after all, they are taken for duplicates.
   * @throws `not-subscribed` when this bus has no handler for a letter's subscription
   */
  readonly replay: (filter: DeadLetterFilter, options?: ReplayOptions) => Promise<ReplayReport>;
  /**
   * Drops letters for good; the reason is logged with their ids. Their keys go on behind them, so lower numbers of a key that have not
   * come yet are given up as well.
   * @throws `invalid-options` without a reason
   */
  readonly purge: (filter: DeadLetterFilter, reason: string) => Promise<{ readonly purged: number }>;
}

export interface DeadLetterFilter {
  readonly subscription?: string;
  readonly key?: string;
  readonly ids?: readonly string[];
  readonly after?: number;
  /** Default 100. */
  readonly limit?: number;
}

export interface ReplayOptions {
  /** Default false. */
  readonly overGap?: boolean;
}

export interface ReplayReport {
  readonly replayed: number;
  readonly failed: number;
  /** Not tried, because an earlier one of the same key failed. */
  readonly held: number;
}
