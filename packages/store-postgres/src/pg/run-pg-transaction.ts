import type { Pool } from 'pg';
import type { SqlTransaction } from '../sql/database.ts';
import type { OpenTransaction } from '../sql/transaction-runner.ts';
import { withConnection } from './checked-out.ts';
import type { PgSessions } from './pg-sessions.ts';
import type { PgTransactionClient } from './pg-transaction-client.ts';
import { PgTransaction } from './pg-transaction.ts';

export interface PgTransactionSettings {
  readonly pool: Pool;
  readonly sessions: PgSessions;
}

/** Runs `work` on a connection of its own; see `RunTransaction` for what is promised. A work that asks nothing begins nothing. */
export function runPgTransaction<Result>(
  { pool, sessions }: PgTransactionSettings,
  work: (transaction: OpenTransaction<SqlTransaction<PgTransactionClient>>) => Promise<Result>,
): Promise<Result> {
  return withConnection(pool, async (connection) => {
    const transaction = new PgTransaction(connection, sessions);
    try {
      const result = await work(transaction.open());
      await transaction.commit();
      return result;
    } catch (error) {
      await transaction.rollBack();
      throw error;
    }
  });
}
