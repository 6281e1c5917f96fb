import type { OutboxPage, OutboxQuery } from '@waybill/core/driver';
import type { SqlQuery } from '../sql/sql-query.ts';
import type { Exclusion } from './exclusion.ts';
import { exclusionOf, exclusionParameters } from './exclusion.ts';
import type { OutboxMap } from './outbox-map.ts';
import { outboxRowOf } from './outbox-row-of.ts';
import { rangeParameters, rowsInRanges } from './row-filter.ts';
import { rangesMax } from './stretches.ts';
import type { IdRange } from './stretches.ts';

export interface ReadOutboxOptions {
  /** Quoted. */
  readonly schema: string;
  readonly map: OutboxMap;
}

export type ReadOutbox = (query: SqlQuery, outboxQuery: OutboxQuery) => Promise<OutboxPage>;

/**
 * Reads committed rows from the start of the table by its primary key, in one statement and so in one snapshot: a key never shows a number
 * without those before it. What the map knows to be left out is not walked over.
 */
export function createReadOutbox({ schema, map }: ReadOutboxOptions): ReadOutbox {
  const statements = Array.from({ length: rangesMax }, (_, place) => readStatement(schema, place + 1));

  const readRanges = async (query: SqlQuery, exclusion: Exclusion, ranges: readonly IdRange[], limit: number) => {
    const parameters = [...exclusionParameters(exclusion), String(limit), ...rangeParameters(ranges)];
    const { rows } = await query(statements[ranges.length - 1] ?? '', parameters);
    return { server: String(rows[0]?.['server']), rows: rows.filter((row) => row['id'] !== null).map(outboxRowOf) };
  };

  return async (query, outboxQuery) => {
    if (outboxQuery.buckets.length === 0) return { rows: [] };
    const { limit } = outboxQuery;
    const { exclusion, ranges } = await map.lookUp(query, exclusionOf(outboxQuery));
    const page = await readRanges(query, exclusion, ranges, limit);
    if (map.isOf(page.server)) return { rows: page.rows };
    // Another server, or the same one after a restore: its ids may be those of other rows.
    map.forget();
    return { rows: (await readRanges(query, exclusion, map.everything, limit)).rows };
  };
}

const columns = 'o.id, o.bucket, o.kind, o.sequence, o.epoch, o.envelope, o.body, o.delay_ms, o.created_at';

const readStatement = (schema: string, count: number): string => `
with page as materialized (
  ${rowsInRanges({ schema, columns, count, limit: '$4::text::bigint', firstParameter: 5 })}
)
select m.server, o.id::text as id, o.bucket::text as bucket, o.kind, o.sequence::text as sequence, o.epoch, o.envelope, o.body,
  o.delay_ms::text as delay_ms, floor(date_part('epoch', o.created_at) * 1000)::bigint::text as created_at_ms
from (select pg_postmaster_start_time()::text as server) m left join page o on true
order by o.id`;
