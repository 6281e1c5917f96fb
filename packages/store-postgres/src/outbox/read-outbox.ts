import type { OutboxPage, OutboxQuery } from '@waybill/core/driver';
import type { SqlQuery } from '../sql/sql-query.ts';
import type { Exclusion } from './exclusion.ts';
import { exclusionOf, exclusionParameters } from './exclusion.ts';
import { dueInMs, dueInMsOf } from './move-due.ts';
import type { MoveDue } from './move-due.ts';
import type { OutboxMap } from './outbox-map.ts';
import { outboxRowOf, rowFieldsText } from './outbox-row-of.ts';
import { rangeParameters, rowsInRanges } from './row-filter.ts';
import { idMax, rangesMax } from './stretches.ts';
import type { IdRange } from './stretches.ts';

export interface ReadOutboxOptions {
  /** Quoted. */
  readonly schema: string;
  readonly map: OutboxMap;
  readonly moveDue: MoveDue;
}

export type ReadOutbox = (query: SqlQuery, outboxQuery: OutboxQuery) => Promise<OutboxPage>;

/**
 * Reads committed rows from the start of the table by its primary key, in one statement and so in one snapshot: a key never shows a number
 * without those before it. What the map knows to be left out is not walked over. The same statement tells when the first of all that is
 * scheduled is due, which is one look into an index; only from that time on it is asked what is due in the buckets of the query.
 */
export function createReadOutbox({ schema, map, moveDue }: ReadOutboxOptions): ReadOutbox {
  const statements = Array.from({ length: rangesMax }, (_, place) => readStatement(schema, place + 1));

  const readRanges = async (
    query: SqlQuery,
    exclusion: Exclusion,
    ranges: readonly IdRange[],
    { limit, underWay = [], bytesMax = idMax }: OutboxQuery,
  ) => {
    const parameters = [
      ...exclusionParameters(exclusion),
      String(limit),
      `{${underWay.join(',')}}`,
      String(bytesMax),
      ...rangeParameters(ranges),
    ];
    const { rows } = await query(statements[ranges.length - 1] ?? '', parameters);
    const head = rows.find(({ body }) => body === null);
    const [server, dueIn, isCut] = JSON.parse(String(head?.['fields'])) as readonly [string, string | null, boolean];
    const page = rows.filter((row) => row !== head).map(outboxRowOf);
    // SQL promises no order behind `union all`; what is in order already costs nothing to sort.
    page.sort((left, right) => left.rowId - right.rowId);
    return { server, page: { rows: page, isCut, nextDueInMs: dueInMs(dueIn) } };
  };

  const readPage = async (query: SqlQuery, outboxQuery: OutboxQuery): Promise<OutboxPage> => {
    const { exclusion, ranges } = await map.lookUp(query, exclusionOf(outboxQuery));
    const { server, page } = await readRanges(query, exclusion, ranges, outboxQuery);
    if (map.isOf(server)) return page;
    // Another server, or the same one after a restore: its ids may be those of other rows.
    map.forget();
    return (await readRanges(query, exclusion, map.everything, outboxQuery)).page;
  };

  return async (query, outboxQuery) => {
    if (outboxQuery.buckets.length === 0) return { rows: [], nextDueInMs: undefined };
    const page = await readPage(query, outboxQuery);
    if (page.nextDueInMs === undefined || page.nextDueInMs > 0) return page;
    const moved = await moveDue(query, outboxQuery.buckets);
    const after = moved.count === 0 ? page : await readPage(query, outboxQuery);
    return { ...after, nextDueInMs: moved.nextDueInMs };
  };
}

const columns = 'o.id, o.bucket, o.kind, o.sequence, o.epoch, o.envelope, o.body, o.delay_ms, o.created_at';

const readStatement = (schema: string, count: number): string => `
with page as materialized (
  select o.*, sum(octet_length(o.body)) over (order by o.id rows unbounded preceding) - octet_length(o.body) as bytes_before from (
    ${rowsInRanges({ schema, columns, count, limit: '$4::text::bigint', underWay: '$5', firstParameter: 7 })}
  ) o
)
select json_build_array(pg_postmaster_start_time()::text, (
  select ${dueInMsOf('due_at')} from ${schema}.scheduled s order by s.due_at limit 1
), coalesce((select max(bytes_before) >= $6::text::bigint from page), false))::text as fields, null::bytea as body
union all
select ${rowFieldsText}, o.body from page o where o.bytes_before < $6::text::bigint`;
