import type { Pool, QueryResult } from 'pg';
import type { SqlTransaction } from '../sql/database.ts';
import { requireAwaited } from '../sql/require-awaited.ts';
import type { SqlChange } from '../sql/sql-query.ts';
import { StatementQueue } from '../sql/statement-queue.ts';
import type { OpenTransaction } from '../sql/transaction-runner.ts';
import { withConnection } from './checked-out.ts';
import type { CheckedOut } from './checked-out.ts';
import { commitPgTransaction } from './commit-pg-transaction.ts';
import type { PgSessions } from './pg-sessions.ts';
import type { OwnStatement } from './pg-statement.ts';
import { pgTransactionClient } from './pg-transaction-client.ts';
import type { PgTransactionClient } from './pg-transaction-client.ts';

type PgTransaction = OpenTransaction<SqlTransaction<PgTransactionClient>>;

export interface PgTransactionSettings {
  readonly pool: Pool;
  readonly sessions: PgSessions;
}

/**
 * Runs `work` on a connection of its own; see `RunTransaction` for what is promised. BEGIN goes out with the first statement, and the last one of the
 * store with COMMIT. A work that asks nothing begins nothing.
 */
export function runPgTransaction<Result>(
  { pool, sessions }: PgTransactionSettings,
  work: (transaction: PgTransaction) => Promise<Result>,
): Promise<Result> {
  return withConnection(pool, async (connection) => {
    const { client } = connection;
    const statement = sessions.statementOf(client);
    const queue = new StatementQueue();
    let begin = sessions.beginOf(client);
    let last: OwnStatement | undefined;
    const takeBegin = (): readonly OwnStatement[] => {
      const taken = begin;
      begin = [];
      return taken;
    };
    const sendLast = async (): Promise<void> => {
      const pending = last;
      last = undefined;
      if (pending !== undefined) await ask(pending);
    };

    const ask: CheckedOut['ask'] = async (text, values) => {
      if (last !== undefined) await sendLast();
      if (begin.length === 0) return connection.ask(text, values);
      return askBehind(connection, { begin: takeBegin(), ahead: [] }, text, values).then(({ answer }) => answer);
    };
    const change: SqlChange = async (statements) => {
      if (last !== undefined) await sendLast();
      const own = statements.map(({ text, values }) => statement(text, values));
      const end = own.pop();
      if (end === undefined) return [];
      const { answer, changed } = await askBehind(connection, { begin: takeBegin(), ahead: own }, end);
      return [...changed, answer.rowCount ?? 0];
    };
    const askLast = async (text: string, values?: readonly unknown[]) => {
      if (last !== undefined) await sendLast();
      last = statement(text, values);
      return nothing;
    };
    const native = pgTransactionClient(ask, queue);
    try {
      const result = await work({
        query: (text, values) => queue.run(() => ask(statement(text, values))),
        queryLast: (text, values) => queue.run(() => askLast(text, values)),
        change: (statements) => queue.run(() => change(statements)),
        native: { query: (text, values) => native.query(text, values), client: native },
      });
      await requireAwaited(queue);
      const isEmpty = begin.length > 0 && last === undefined;
      if (isEmpty) return result;
      await commitPgTransaction(connection, { commit: statement('commit'), begin: takeBegin(), last });
      return result;
    } catch (error) {
      await queue.close();
      // A connection on which this fails is destroyed when it is released, and the server rolls back.
      if (begin.length === 0 && connection.lostBy() === undefined)
        await connection.ask('rollback').catch(connection.lose);
      throw error;
    }
  });
}

const nothing = { rows: [] } as const;

interface Behind {
  /** What begins the transaction, where nothing has yet. */
  readonly begin: readonly OwnStatement[];
  readonly ahead: readonly OwnStatement[];
}

interface AnsweredBehind {
  readonly answer: QueryResult;
  /** Rows, by each statement that was sent ahead. */
  readonly changed: readonly number[];
}

/** Where there is no transaction nothing may follow: it would run alone, and commit by itself. */
async function askBehind(
  connection: CheckedOut,
  { begin, ahead }: Behind,
  ...[statement, values]: Parameters<CheckedOut['ask']>
): Promise<AnsweredBehind> {
  const { answer, changed } = connection.askTogether([...begin, ...ahead], statement, values);
  try {
    return { answer: await answer, changed: changed.slice(begin.length) };
  } catch (error) {
    if (changed.length < begin.length) connection.lose(error);
    throw error;
  }
}
