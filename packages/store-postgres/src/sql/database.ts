import type { SqlQuery } from './sql-query.ts';
import type { RunTransaction } from './transaction-runner.ts';

/** What handlers get where the store runs the transactions: statements in the open transaction, and nothing beyond its end. */
export interface SqlTransaction<Client = unknown> {
  readonly query: SqlQuery;
  /** The client of the library below, for query builders that want one. Never begin, commit or roll back on it. */
  readonly client: Client;
}

/** A server or an embedded database, behind one face. */
export interface Database<Client = unknown> {
  /** A server tells one numbering from another by its system, timeline and database; the others by a name that is stored in them. */
  readonly kind: 'server' | 'folder' | 'memory';
  readonly transaction: RunTransaction<SqlTransaction<Client>>;
  /** One statement by itself, on a connection that no handler holds. */
  readonly query: SqlQuery;
  /**
   * Calls `wake` with each NOTIFY on the channel, and on a server whenever it begins to listen; a hint, never the only way. Calls `fail` when
   * it cannot listen, and tries again. Resolves with the way to stop.
   */
  readonly listen: (channel: string, wake: () => void, fail: (error: unknown) => void) => Promise<() => Promise<void>>;
  /** Waits for transactions under way. Idempotent. */
  readonly close: () => Promise<void>;
}
