import type { StoreInspection } from '@waybill/core/driver';
import type { SqlQuery, SqlRow } from '../sql/sql-query.ts';
import { exclusionOf, exclusionParameters } from './exclusion.ts';
import type { Exclusion } from './exclusion.ts';
import type { OutboxMap } from './outbox-map.ts';
import { rangeParameters, rowsInRanges } from './row-filter.ts';
import { rangesMax } from './stretches.ts';
import type { IdRange } from './stretches.ts';

export interface InspectStoreOptions {
  /** Quoted. */
  readonly schema: string;
  readonly buckets: number;
  readonly map: OutboxMap;
}

export type InspectStore = (query: SqlQuery) => Promise<StoreInspection>;

/**
 * Counts go up to here and no further: a health check asks often, and what it wants to know is whether there is anything, and how old it is.
 * From some 10,000 on the planner would also have the statement compiled, which takes half a second.
 */
const countMax = 1000;

/** What waits, and what has failed, by the server's clock. Counts stop at `countMax`; the age is exact. */
export function createInspectStore({ schema, buckets, map }: InspectStoreOptions): InspectStore {
  const statements = Array.from({ length: rangesMax }, (_, place) => inspectStatement(schema, place + 1));
  const all = Array.from({ length: buckets }, (_, bucket) => bucket);
  const everything = exclusionOf({ buckets: all, blocked: [], blockedChannels: [], limit: 0 });

  return async (query) => {
    const inspect = async (leftOut: Exclusion, within: readonly IdRange[]): Promise<SqlRow> => {
      const parameters = [...exclusionParameters(leftOut), ...rangeParameters(within)];
      return (await query(statements[within.length - 1] ?? '', parameters)).rows[0] ?? {};
    };
    const { exclusion, ranges } = await map.lookUp(query, everything);
    let row = await inspect(exclusion, ranges);
    if (!map.isOf(String(row['server']))) {
      map.forget();
      row = await inspect(everything, map.everything);
    }
    return {
      outboxRows: Number(row['outbox_rows']),
      outboxOldestAgeMs: Number(row['oldest_age_ms']),
      scheduledRows: Number(row['scheduled_rows']),
      deadLetters: Number(row['dead_letters']),
      parkedKeys: Number(row['parked_keys']),
    };
  };
}

/** A late commit brings a low id and an early time, so the first by id is the oldest. */
const inspectStatement = (schema: string, count: number): string => `
with waiting as materialized (
  ${rowsInRanges({ schema, columns: 'o.id, o.created_at', count, limit: String(countMax), firstParameter: 4 })}
)
select pg_postmaster_start_time()::text as server,
  (select count(*) from waiting)::text as outbox_rows,
  coalesce((
    select greatest(0, floor(extract(epoch from clock_timestamp() - created_at) * 1000)) from waiting order by id limit 1
  ), 0)::text as oldest_age_ms,
  (select count(*) from (select from ${schema}.scheduled limit ${countMax}) s)::text as scheduled_rows,
  (select count(*) from (select from ${schema}.dead_letters limit ${countMax}) d)::text as dead_letters,
  (select count(*) from (select from ${schema}.parked_keys limit ${countMax}) p)::text as parked_keys`;
