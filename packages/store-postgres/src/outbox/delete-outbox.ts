import type { OutboxDeletion } from '@waybill/core/driver';
import type { SqlQuery } from '../sql/sql-query.ts';

export interface DeleteOutboxOptions {
  /** Quoted. */
  readonly schema: string;
}

export type DeleteOutbox = (query: SqlQuery, deletion: OutboxDeletion) => Promise<number>;

/**
 * Deletes rows that were sent, as far as the token of their bucket is still the current one. Only this statement does not wait for the
 * disk: a deletion that a crash takes back costs a repeat, which the fence at the consumer absorbs. Not for use inside a transaction,
 * which would not wait either.
 */
export function createDeleteOutbox({ schema }: DeleteOutboxOptions): DeleteOutbox {
  const statement = deleteStatement(schema);
  return async (query, { rowIds, leases }) => {
    if (rowIds.length === 0 || leases.length === 0) return 0;
    const { rows } = await query(statement, [`{${rowIds.join(',')}}`, JSON.stringify(leases)]);
    return Number(rows[0]?.['count']);
  };
}

const deleteStatement = (schema: string): string => `
with quick as materialized (
  select set_config('synchronous_commit', 'off', true) as mode
), gone as (
  delete from ${schema}.outbox where id = any ($1::text::bigint[]) and bucket = any (array(
    select b.bucket from ${schema}.buckets b
    join json_to_recordset($2::text::json) as l (bucket smallint, token bigint) on l.bucket = b.bucket and l.token = b.token
  ))
  returning id
)
select (select count(*) from gone)::text as count, (select mode from quick) as mode`;
