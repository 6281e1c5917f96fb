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
 * Runs `work` on a connection of its own; see `RunTransaction` for what is promised. BEGIN goes out together with the first statement, and the
 * last one of the store together with COMMIT: the server takes them in this order, and answers a COMMIT behind a failure with a rollback.
 */
export function runPgTransaction<Result>(
  { pool, sessions }: PgTransactionSettings,
  work: (transaction: PgTransaction) => Promise<Result>,
): Promise<Result> {
  return withConnection(pool, async (connection) => {
    const statement = sessions.statementOf(connection.client);
    const queue = new StatementQueue();
    const begun = sentAhead(connection.ask(sessions.beginOf(connection.client)));
    let last: Promise<unknown> | undefined;
    const ask: CheckedOut['ask'] = async (text, values) => {
      await last;
      return connection.ask(text, values);
    };
    const askLast = async (text: string, values?: readonly unknown[]) => {
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
      await begun;
      await commitPgTransaction(connection, last);
      return result;
    } catch (error) {
      await queue.close();
      await rollBack(connection, begun);
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

/** A connection on which this fails is destroyed when it is released, and the server rolls back. */
async function rollBack({ client, ask, lostBy }: CheckedOut, begun: Promise<unknown>): Promise<void> {
  // Only its answer tells that there is something to roll back.
  await begun.catch(() => undefined);
  if (lostBy() !== undefined || client.getTransactionStatus() === 'I') return;
  await ask('rollback').catch(() => undefined);
}
