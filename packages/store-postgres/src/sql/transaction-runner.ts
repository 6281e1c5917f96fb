import type { SqlChange, SqlQuery } from './sql-query.ts';

/** An open transaction: what the store's statements go through, and what handlers get. */
export interface OpenTransaction<Native> {
  readonly query: SqlQuery;
  /**
   * Sends the last statement of the transaction, whose answer nobody needs, and the commit right behind it: a round trip less. Its error is
   * that of the next statement or of the commit. Left out where the client has no such thing.
   */
  readonly queryLast?: SqlQuery;
  /** Left out where the client cannot send several statements at once. */
  readonly change?: SqlChange;
  readonly native: Native;
}

/**
 * Begins a READ COMMITTED transaction, commits it when `work` resolves and rolls it back when it rejects. Resolves only when the commit is
 * certain. The store has one of its own; give another one to let handlers work in the transactions of their own library.
 */
export type RunTransaction<Native> = <Result>(
  work: (transaction: OpenTransaction<Native>) => Promise<Result>,
) => Promise<Result>;
