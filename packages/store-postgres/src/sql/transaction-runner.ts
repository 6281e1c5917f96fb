import type { SqlQuery } from './sql-query.ts';

/** An open transaction: what the store's statements go through, and what handlers get. */
export interface OpenTransaction<Native> {
  readonly query: SqlQuery;
  readonly native: Native;
}

/**
 * Begins a READ COMMITTED transaction, commits it when `work` resolves and rolls it back when it rejects. Resolves only when the commit is
 * certain. The store has one of its own; give another one to let handlers work in the transactions of their own library.
 */
export type RunTransaction<Native> = <Result>(
  work: (transaction: OpenTransaction<Native>) => Promise<Result>,
) => Promise<Result>;
