import type { SqlTransaction } from '../sql/database.ts';
import type { OpenTransaction } from '../sql/transaction-runner.ts';
import type { LendConnection } from './connection-lender.ts';
import type { PgSessions } from './pg-sessions.ts';
import type { PgTransactionClient } from './pg-transaction-client.ts';
import { PgTransaction } from './pg-transaction.ts';

export interface PgTransactionSettings {
  readonly lend: LendConnection;
  readonly sessions: PgSessions;
}

/** Runs `work` on a connection of its own; see `RunTransaction` for what is promised. A work that asks nothing begins nothing. */
export function runPgTransaction<Result>(
  { lend, sessions }: PgTransactionSettings,
  work: (transaction: OpenTransaction<SqlTransaction<PgTransactionClient>>) => Promise<Result>,
): Promise<Result> {
  return lend(async (connection) => {
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
