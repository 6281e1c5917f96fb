import { pgDatabase } from '../pg/pg-database.ts';
import type { PgTransactionClient } from '../pg/pg-transaction-client.ts';
import { postgresStore } from '../postgres-store.ts';
import type { PostgresStore } from '../postgres-store.ts';
import type { SqlTransaction } from '../sql/database.ts';

/** A store for a process of its own, with time limits for a server on the same machine. `url` is where it reaches the server. */
export function openStore({
  url = '',
  schema = '',
}: Readonly<Record<string, string>>): PostgresStore<SqlTransaction<PgTransactionClient>> {
  const database = pgDatabase({
    url,
    connectionsMax: 6,
    connectTimeoutMs: 3000,
    statementTimeoutMs: 10_000,
    listenUrl: 'off',
    // The fault proxy tells a statement by its text.
    preparedStatements: false,
  });
  return postgresStore({ database, schema });
}
