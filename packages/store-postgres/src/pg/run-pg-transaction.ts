import type { Pool, QueryResult } from 'pg';
import { PostgresStoreError } from '../postgres-error.ts';
import type { SqlTransaction } from '../sql/database.ts';
import { errorOfCommit } from '../sql/error-of-commit.ts';
import { requireAwaited } from '../sql/require-awaited.ts';
import { commitRefused } from '../sql/require-committable.ts';
import { StatementQueue } from '../sql/statement-queue.ts';
import type { OpenTransaction } from '../sql/transaction-runner.ts';
import { withConnection } from './checked-out.ts';
import type { CheckedOut } from './checked-out.ts';
import type { PgStatement } from './pg-statement.ts';
import { pgTransactionClient } from './pg-transaction-client.ts';
import type { PgTransactionClient } from './pg-transaction-client.ts';

type PgTransaction = OpenTransaction<SqlTransaction<PgTransactionClient>>;

export interface PgTransactionSettings {
  readonly pool: Pool;
  /** BEGIN and its time limits in one round trip. */
  readonly begin: string;
  readonly statement: PgStatement;
}

/** Runs `work` on a connection of its own; see `RunTransaction` for what is promised. */
export function runPgTransaction<Result>(
  { pool, begin, statement }: PgTransactionSettings,
  work: (transaction: PgTransaction) => Promise<Result>,
): Promise<Result> {
  return withConnection(pool, async (connection) => {
    const { ask } = connection;
    const statements = new StatementQueue();
    const native = pgTransactionClient(ask, statements);
    await ask(begin);
    try {
      const result = await work({
        query: (text, values) => statements.run(() => ask(statement(text, values))),
        native: { query: (text, values) => native.query(text, values), client: native },
      });
      await requireAwaited(statements);
      await commit(connection);
      return result;
    } catch (error) {
      await statements.close();
      await rollBack(connection);
      throw error;
    }
  });
}

/** @throws PostgresStoreError `commit-refused`: nothing happened; `commit-unknown`: it may have happened */
async function commit(connection: CheckedOut): Promise<void> {
  const { client, lostBy } = connection;
  const lost = lostBy();
  if (lost !== undefined) throw lost;
  const status = client.getTransactionStatus();
  if (status === 'E') throw commitRefused();
  if (status !== 'T') {
    throw new PostgresStoreError(
      'commit-unknown',
      'The handler has ended the transaction by itself, which it must not.',
    );
  }
  const result = await sendCommit(connection);
  // A transaction that had failed answers COMMIT without an error, and says only here that it was rolled back.
  if (result.command !== 'COMMIT') throw commitRefused();
}

async function sendCommit({ ask }: CheckedOut): Promise<QueryResult> {
  try {
    return await ask('commit');
  } catch (error) {
    throw errorOfCommit(error);
  }
}

/** A connection on which this fails is destroyed when it is released, and the server rolls back. */
async function rollBack({ client, ask, lostBy }: CheckedOut): Promise<void> {
  if (lostBy() !== undefined || client.getTransactionStatus() === 'I') return;
  await ask('rollback').catch(() => undefined);
}
