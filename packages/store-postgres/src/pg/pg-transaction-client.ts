import type { QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { StatementQueue } from '../sql/statement-queue.ts';
import type { CheckedOut } from './checked-out.ts';

/**
 * The connection of one transaction as query builders take it: what `pg` calls a client, without the ways to release or end it. Its
 * statements run one after the other, and none after the end of the transaction.
 */
export interface PgTransactionClient {
  readonly query: <Row extends QueryResultRow = QueryResultRow>(
    text: string | QueryConfig<unknown[]>,
    values?: readonly unknown[],
  ) => Promise<QueryResult<Row>>;
}

export function pgTransactionClient(ask: CheckedOut['ask'], queue: StatementQueue): PgTransactionClient {
  return {
    query: (text, values) => queue.run(() => ask(text, values === undefined ? undefined : [...values])),
  };
}
