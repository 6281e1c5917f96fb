import { Query } from 'pg';
import type { ClientBase, Connection, QueryConfig, QueryResult } from 'pg';

/** What is used of a query of `pg` beyond its types. */
declare class PgQuery {
  text: string | undefined;
  name: string | undefined;
  callback: (error: Error | null | undefined, result: QueryResult) => void;
  constructor(statement: string | QueryConfig<unknown[]>, values?: unknown[]);
  requiresPreparation(): boolean;
  submit(connection: PgConnection): Error | null;
  prepare(connection: PgConnection): void;
  handleCommandComplete(message: unknown, connection: PgConnection): void;
  handleError(error: Error, connection: PgConnection): void;
}

interface PgConnection extends Pick<Connection, 'query'> {
  readonly parsedStatements: Readonly<Record<string, string>>;
  readonly submittedNamedStatements: Record<string, string>;
  readonly parse: (statement: { readonly text: string; readonly name: string | undefined }) => void;
  readonly bind: (portal: { readonly statement: string | undefined; readonly values: unknown[] | undefined }) => void;
  readonly execute: (portal: object) => void;
}

const BaseQuery = Query as unknown as typeof PgQuery;

/** Whose values are text already. */
export type StatementBefore = QueryConfig<unknown[]>;

/** A statement with others before it whose answers nobody sees. */
class QueryBehind extends BaseQuery {
  readonly #before: readonly StatementBefore[];
  readonly #own: Pick<PgQuery, 'text' | 'name'>;
  #passed = 0;

  constructor(before: readonly StatementBefore[], statement: string | QueryConfig<unknown[]>, values?: unknown[]) {
    super(statement, values);
    this.#before = before;
    this.#own = { text: this.text, name: this.name };
  }

  get passed(): number {
    return this.#passed;
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

  override handleCommandComplete(message: unknown, connection: PgConnection): void {
    if (this.#passed === this.#before.length) {
      super.handleCommandComplete(message, connection);
      return;
    }
    this.#passed += 1;
    this.#await();
  }

  /** What the server has not come to it has not parsed either. */
  override handleError(error: Error, connection: PgConnection): void {
    const { parsedStatements, submittedNamedStatements } = connection;
    for (const { name } of [...this.#before.slice(this.#passed), this.#own]) {
      if (name !== undefined && parsedStatements[name] === undefined) delete submittedNamedStatements[name];
    }
    super.handleError(error, connection);
  }

  /** The client notes under this name what the server has parsed. */
  #await(): void {
    const { text, name } = this.#before[this.#passed] ?? this.#own;
    this.text = text;
    this.name = name;
  }
}

const isKnown = ({ parsedStatements, submittedNamedStatements }: PgConnection, name: string): boolean =>
  (parsedStatements[name] ?? submittedNamedStatements[name]) !== undefined;

export interface SentTogether {
  readonly answer: Promise<QueryResult>;
  /** How many of the statements before it have gone well so far. */
  readonly passed: () => number;
}

/**
 * Sends a statement together with some before it. The server takes all of them or, from the first that fails on, nothing: sent one by one, a
 * statement behind a BEGIN that was refused, by a pooler for example, would run alone and commit by itself. It is also one answer
 * to wait for instead of several.
 */
export function sendTogether(
  client: ClientBase,
  before: readonly StatementBefore[],
  statement: string | QueryConfig<unknown[]>,
  values?: unknown[],
): SentTogether {
  const query = new QueryBehind(before, statement, values);
  const answer = new Promise<QueryResult>((resolve, reject) => {
    query.callback = (error, result) => (error ? reject(error) : resolve(result));
    // Its types know it as what it extends.
    client.query(query as unknown as Query);
  });
  return { answer, passed: () => query.passed };
}
