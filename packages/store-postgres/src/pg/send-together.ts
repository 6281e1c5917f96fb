import { Query } from 'pg';
import type { ClientBase, Connection, QueryConfig, QueryResult } from 'pg';
import { isOwn } from './pg-statement.ts';
import type { AnyStatement, OwnStatement } from './pg-statement.ts';

/** What is used of a query of `pg` beyond its types. */
declare class PgQuery {
  text: string | undefined;
  name: string | undefined;
  queryMode: 'extended' | undefined;
  callback: (error: Error | null | undefined, result: QueryResult) => void;
  constructor(statement: string | QueryConfig<unknown[]>, values?: readonly unknown[]);
  requiresPreparation(): boolean;
  submit(connection: PgConnection): Error | null;
  prepare(connection: PgConnection): void;
  handleCommandComplete(message: CommandComplete, connection: PgConnection): void;
  handleError(error: Error, connection: PgConnection): void;
}

interface CommandComplete {
  readonly text: string;
}

interface PgConnection extends Pick<Connection, 'query'> {
  readonly parsedStatements: Readonly<Record<string, string>>;
  readonly submittedNamedStatements: Record<string, string>;
  readonly parse: (statement: { readonly text: string; readonly name: string | undefined }) => void;
  readonly bind: (portal: { readonly statement: string | undefined; readonly values: readonly unknown[] }) => void;
  readonly execute: (portal: object) => void;
}

const BaseQuery = Query as unknown as typeof PgQuery;

/** A statement with others before it, of whose answers only the counts of rows are kept. */
class QueryBehind extends BaseQuery {
  readonly changed: number[] = [];
  readonly #before: readonly OwnStatement[];
  readonly #own: Pick<PgQuery, 'text' | 'name'>;

  constructor(before: readonly OwnStatement[], statement: AnyStatement, values?: readonly unknown[]) {
    if (isOwn(statement)) {
      super(statement.text, statement.values);
      this.name = statement.name;
      // A simple query could carry no values of those before it.
      if (before.length > 0) this.queryMode = 'extended';
    } else {
      super(statement, values);
    }
    this.#before = before;
    this.#own = { text: this.text, name: this.name };
  }

  override submit(connection: PgConnection): Error | null {
    if (this.text === undefined || this.requiresPreparation()) return super.submit(connection);
    connection.query([...this.#before.map(({ text }) => text), this.text].join(';'));
    return null;
  }

  override prepare(connection: PgConnection): void {
    for (const { text, name, values } of this.#before) {
      if (name === undefined || !isKnown(connection, name)) connection.parse({ text, name });
      if (name !== undefined) connection.submittedNamedStatements[name] ??= text;
      connection.bind({ statement: name, values });
      connection.execute({});
    }
    super.prepare(connection);
    this.#await();
  }

  override handleCommandComplete(message: CommandComplete, connection: PgConnection): void {
    if (this.changed.length === this.#before.length) {
      super.handleCommandComplete(message, connection);
      return;
    }
    this.changed.push(rowsOf(message));
    this.#await();
  }

  /** What the server has not come to it has not parsed either. */
  override handleError(error: Error, connection: PgConnection): void {
    const { parsedStatements, submittedNamedStatements } = connection;
    for (const { name } of [...this.#before.slice(this.changed.length), this.#own]) {
      if (name !== undefined && parsedStatements[name] === undefined) delete submittedNamedStatements[name];
    }
    super.handleError(error, connection);
  }

  /** The client notes under this name what the server has parsed. */
  #await(): void {
    const { text, name } = this.#before[this.changed.length] ?? this.#own;
    this.text = text;
    this.name = name;
  }
}

/** `UPDATE 3` and `INSERT 0 1`; `BEGIN` has none. */
const rowsOf = ({ text }: CommandComplete): number => Number(text.slice(text.lastIndexOf(' ') + 1)) || 0;

const isKnown = ({ parsedStatements, submittedNamedStatements }: PgConnection, name: string): boolean =>
  (parsedStatements[name] ?? submittedNamedStatements[name]) !== undefined;

export interface SentTogether {
  readonly answer: Promise<QueryResult>;
  /** Of each statement before it that has gone well so far: how many rows it has changed. */
  readonly changed: readonly number[];
}

/**
 * Sends a statement together with some before it. The server takes all of them or, from the first that fails on, nothing: sent one by one, a
 * statement behind a BEGIN that was refused, by a pooler for example, would run alone and commit by itself. It is also one answer
 * to wait for instead of several.
 */
export function sendTogether(
  client: ClientBase,
  before: readonly OwnStatement[],
  statement: AnyStatement,
  values?: readonly unknown[],
): SentTogether {
  const query = new QueryBehind(before, statement, values);
  const answer = new Promise<QueryResult>((resolve, reject) => {
    query.callback = (error, result) => (error ? reject(error) : resolve(result));
    // Its types know it as what it extends.
    client.query(query as unknown as Query);
  });
  return { answer, changed: query.changed };
}
