import type { QueryResult } from 'pg';
import type { SqlTransaction } from '../sql/database.ts';
import { requireAwaited } from '../sql/require-awaited.ts';
import type { SqlResult, SqlStatement } from '../sql/sql-query.ts';
import { StatementQueue } from '../sql/statement-queue.ts';
import type { OpenTransaction } from '../sql/transaction-runner.ts';
import type { CheckedOut } from './checked-out.ts';
import { commitPgTransaction } from './commit-pg-transaction.ts';
import type { PgSessions } from './pg-sessions.ts';
import type { AnyStatement, OwnStatement, PgStatement } from './pg-statement.ts';
import { pgTransactionClient } from './pg-transaction-client.ts';
import type { PgTransactionClient } from './pg-transaction-client.ts';

/** BEGIN goes out with the first statement, and the last one of the store with COMMIT. */
export class PgTransaction {
  readonly #connection: CheckedOut;
  readonly #statement: PgStatement;
  readonly #queue = new StatementQueue();
  #begin: readonly OwnStatement[];
  #last: OwnStatement | undefined;

  constructor(connection: CheckedOut, sessions: PgSessions) {
    this.#connection = connection;
    this.#statement = sessions.statementOf(connection.client);
    this.#begin = sessions.beginOf(connection.client);
  }

  /** What works with it are given, until it ends. */
  open(): OpenTransaction<SqlTransaction<PgTransactionClient>> {
    const queue = this.#queue;
    const client = pgTransactionClient((statement, values) => this.#ask(statement, values), queue);
    return {
      query: (text, values) => queue.run(() => this.#ask(this.#statement(text, values))),
      queryLast: (text, values) => queue.run(() => this.#askLast(this.#statement(text, values))),
      change: (statements) => queue.run(() => this.#change(statements)),
      native: { query: client.query, client },
    };
  }

  /** See `commitPgTransaction`. */
  async commit(): Promise<void> {
    await requireAwaited(this.#queue);
    const last = this.#last;
    const isEmpty = this.#begin.length > 0 && last === undefined;
    if (isEmpty) return;
    await commitPgTransaction(this.#connection, { commit: this.#statement('commit'), begin: this.#takeBegin(), last });
  }

  /** A connection on which it fails is destroyed when it is released, and the server rolls back. */
  async rollBack(): Promise<void> {
    await this.#queue.close();
    const connection = this.#connection;
    if (this.#begin.length > 0 || connection.lostBy !== undefined) return;
    await connection.ask('rollback').catch((error: unknown) => connection.lose(error));
  }

  async #ask(statement: AnyStatement, values?: unknown[]): Promise<QueryResult> {
    if (this.#last !== undefined) await this.#sendLast();
    if (this.#begin.length === 0) return this.#connection.ask(statement, values);
    return (await this.#askBehind([], statement, values)).answer;
  }

  async #change(statements: readonly SqlStatement[]): Promise<readonly number[]> {
    if (this.#last !== undefined) await this.#sendLast();
    const own = statements.map(({ text, values }) => this.#statement(text, values));
    const end = own.pop();
    if (end === undefined) return [];
    const { answer, changed } = await this.#askBehind(own, end);
    return [...changed, answer.rowCount ?? 0];
  }

  async #askLast(statement: OwnStatement): Promise<SqlResult> {
    if (this.#last !== undefined) await this.#sendLast();
    this.#last = statement;
    return nothing;
  }

  async #sendLast(): Promise<void> {
    const last = this.#last;
    this.#last = undefined;
    if (last !== undefined) await this.#ask(last);
  }

  /** Behind BEGIN as well, where nothing has begun it yet: where there is no transaction nothing may follow, it would run alone and commit by itself. */
  async #askBehind(
    ahead: readonly OwnStatement[],
    statement: AnyStatement,
    values?: unknown[],
  ): Promise<AnsweredBehind> {
    const begin = this.#takeBegin();
    const { answer, changed } = this.#connection.askTogether([...begin, ...ahead], statement, values);
    try {
      return { answer: await answer, changed: changed.slice(begin.length) };
    } catch (error) {
      if (changed.length < begin.length) this.#connection.lose(error);
      throw error;
    }
  }

  #takeBegin(): readonly OwnStatement[] {
    const begin = this.#begin;
    this.#begin = [];
    return begin;
  }
}

interface AnsweredBehind {
  readonly answer: QueryResult;
  /** Rows, by each statement that was sent ahead. */
  readonly changed: readonly number[];
}

const nothing = { rows: [] } as const;
