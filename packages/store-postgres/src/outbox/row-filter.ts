import type { IdRange } from './stretches.ts';

/**
 * By what a read leaves out a row of the outbox `o`: `channel`, `bucket`, `key`, or NULL when it does not. Parameters 1 to 3 are those of
 * `exclusionParameters`. The buckets stand in a query of their own because their text would be read anew for every row. The look-up of a
 * parked key is a scalar query because the planner would turn any other form into a join, and lose the order of the primary key with it;
 * where nothing is parked it is not made at all.
 */
export const exclusionOfRow = (schema: string): string => `case
    when o.channel = any (array(select json_array_elements_text($2::text::json))) then 'channel'
    when o.bucket <> all ((select $1::text::smallint[])::smallint[]) then 'bucket'
    when o.key is null then null
    when (o.channel, o.key) in (select * from json_to_recordset($3::text::json) as b (channel text, key text)) then 'key'
    when exists (select from ${schema}.parked_keys where subscription = 'outbox') and (
      select true from ${schema}.parked_keys p
      where p.subscription = 'outbox' and p.channel = o.channel and p.key = o.key limit 1
    ) then 'key'
  end`;

export interface RowsInRangesOptions {
  readonly schema: string;
  /** Of the outbox `o`; `id` among them. */
  readonly columns: string;
  /** How many ranges. */
  readonly count: number;
  readonly limit: string;
  /** Number of the parameter that is the lower end of the first range; those of `rangeParameters` follow. */
  readonly firstParameter: number;
  /** The parameter with the ids of rows that are left out for themselves. Hashed as a query, whatever the version of the server. */
  readonly underWay?: string;
}

/**
 * The first rows of some ranges that a read does not leave out, in order of their ids and in one snapshot. Said with `is not null` because the
 * planner expects that to hold nearly always, and the last range has no upper end for the same reason: expecting few rows it
 * would fetch and sort them all, and have the statement compiled before.
 */
export function rowsInRanges({ schema, columns, count, limit, firstParameter, underWay }: RowsInRangesOptions): string {
  const notUnderWay = underWay === undefined ? 'true' : `o.id not in (select unnest(${underWay}::text::bigint[]))`;
  const branches = Array.from({ length: count }, (_, range) => {
    const low = `o.id >= $${firstParameter + 2 * range}::text::bigint`;
    const isLast = range === count - 1;
    const within = isLast ? low : `${low} and o.id <= $${firstParameter + 2 * range + 1}::text::bigint`;
    return `(
  select ${columns} from ${schema}.outbox o
  where ${within} and ${notUnderWay} and (case when (${exclusionOfRow(schema)}) is null then true end) is not null
  order by o.id limit ${limit}
)`;
  });
  return `select * from (${branches.join(' union all ')}) o order by o.id limit ${limit}`;
}

export const rangeParameters = (ranges: readonly IdRange[]): readonly string[] =>
  ranges.flatMap(({ low, high }, place) => (place === ranges.length - 1 ? [String(low)] : [String(low), String(high)]));
