import type { Pool } from 'pg';
import type { SqlTransaction } from '../sql/database.ts';
import { requireAwaited } from '../sql/require-awaited.ts';
import { StatementQueue } from '../sql/statement-queue.ts';
import type { OpenTransaction } from '../sql/transaction-runner.ts';
import { withConnection } from './checked-out.ts';
import type { CheckedOut } from './checked-out.ts';
import { commitPgTransaction } from './commit-pg-transaction.ts';
import type { PgSessions } from './pg-sessions.ts';
import { pgTransactionClient } from './pg-transaction-client.ts';
import type { PgTransactionClient } from './pg-transaction-client.ts';

type PgTransaction = OpenTransaction<SqlTransaction<PgTransactionClient>>;

export interface PgTransactionSettings {
  readonly pool: Pool;
  readonly sessions: PgSessions;
}

/**
 * Runs `work` on a connection of its own; see `RunTransaction` for what is promised. BEGIN goes out with the first statement, and the last one of the
 * store together with COMMIT, which the server answers with a rollback behind a failure. A work that asks nothing begins nothing.
 */
export function runPgTransaction<Result>(
  { pool, sessions }: PgTransactionSettings,
  work: (transaction: PgTransaction) => Promise<Result>,
): Promise<Result> {
  return withConnection(pool, async (connection) => {
    const statement = sessions.statementOf(connection.client);
    const queue = new StatementQueue();
    let isBegun = false;
    let last: Promise<unknown> | undefined;
    const ask: CheckedOut['ask'] = async (text, values) => {
      await last;
      if (isBegun) return connection.ask(text, values);
      isBegun = true;
      return connection.askFirst(sessions.beginOf(connection.client), text, values);
    };
    const askLast = async (text: string, values?: readonly unknown[]) => {
      // Only the answer to the first tells that there is a transaction to commit.
      if (!isBegun) return ask(statement(text, values));
      await last;
      last = sentAhead(connection.ask(statement(text, values)));
      return nothing;
    };
    const native = pgTransactionClient(ask, queue);
    try {
      const result = await work({
        query: (text, values) => queue.run(() => ask(statement(text, values))),
        queryLast: (text, values) => queue.run(() => askLast(text, values)),
        native: { query: (text, values) => native.query(text, values), client: native },
      });
      await requireAwaited(queue);
      if (isBegun) await commitPgTransaction(connection, last);
      return result;
    } catch (error) {
      await queue.close();
      // A connection on which this fails is destroyed when it is released, and the server rolls back.
      if (isBegun && connection.lostBy() === undefined) await connection.ask('rollback').catch(() => undefined);
      throw error;
    }
  });
}

const nothing = { rows: [] } as const;

/** Its error is heard by whoever awaits it later, and by the statement behind it. */
function sentAhead<Answer>(answer: Promise<Answer>): Promise<Answer> {
  answer.catch(() => undefined);
  return answer;
}
