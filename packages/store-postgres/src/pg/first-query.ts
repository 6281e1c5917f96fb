import { Query } from 'pg';
import type { ClientBase, Connection, QueryConfig, QueryResult } from 'pg';

/** What is used of a query of `pg` beyond its types. */
declare class PgQuery {
  readonly text: string | undefined;
  name: string | undefined;
  callback: (error: Error | null | undefined, result: QueryResult) => void;
  constructor(statement: string | QueryConfig<unknown[]>, values?: unknown[]);
  requiresPreparation(): boolean;
  submit(connection: PgConnection): Error | null;
  prepare(connection: PgConnection): void;
  handleCommandComplete(message: unknown, connection: PgConnection): void;
}

interface PgConnection extends Pick<Connection, 'query'> {
  readonly parse: (statement: { readonly text: string }) => void;
  readonly bind: (portal: object) => void;
  readonly execute: (portal: object) => void;
}

const BaseQuery = Query as unknown as typeof PgQuery;

/** A statement with others before it whose answers nobody sees. */
class QueryBehind extends BaseQuery {
  readonly #before: readonly string[];
  readonly #ownName: string | undefined;
  #left: number;

  constructor(before: readonly string[], statement: string | QueryConfig<unknown[]>, values?: unknown[]) {
    super(statement, values);
    this.#before = before;
    this.#left = before.length;
    this.#ownName = this.name;
  }

  get isBehind(): boolean {
    return this.#left === 0;
  }

  override submit(connection: PgConnection): Error | null {
    if (this.text === undefined || this.requiresPreparation()) return super.submit(connection);
    connection.query([...this.#before, this.text].join(';'));
    return null;
  }

  override prepare(connection: PgConnection): void {
    for (const text of this.#before) {
      connection.parse({ text });
      connection.bind({});
      connection.execute({});
    }
    super.prepare(connection);
    // Or the first of them to be parsed would be noted as this one.
    this.name = undefined;
  }

  override handleCommandComplete(message: unknown, connection: PgConnection): void {
    if (this.#left === 0) {
      super.handleCommandComplete(message, connection);
      return;
    }
    this.#left -= 1;
    if (this.#left === 0) this.name = this.#ownName;
  }
}

export interface FirstQuery {
  readonly answer: Promise<QueryResult>;
  /** The transaction is open. */
  readonly hasBegun: () => boolean;
}

/**
 * Sends the first statement of a transaction together with what begins it. The server takes all of it or, from what fails on, nothing: sent one
 * by one, a statement behind a BEGIN that was refused, by a pooler for example, would run alone and commit by itself.
 */
export function sendFirstQuery(
  client: ClientBase,
  begin: readonly string[],
  statement: string | QueryConfig<unknown[]>,
  values?: unknown[],
): FirstQuery {
  const query = new QueryBehind(begin, statement, values);
  const answer = new Promise<QueryResult>((resolve, reject) => {
    query.callback = (error, result) => (error ? reject(error) : resolve(result));
    // Its types know it as what it extends.
    client.query(query as unknown as Query);
  });
  return { answer, hasBegun: () => query.isBehind };
}
