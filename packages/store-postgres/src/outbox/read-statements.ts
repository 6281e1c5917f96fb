import { dueInMsOf } from './move-due.ts';
import { rowsInRanges } from './row-filter.ts';

export interface ReadStatementOptions {
  /** Quoted. */
  readonly schema: string;
  /** An SQL expression for the name of the numbering, see `EnqueueStatementOptions`. */
  readonly epoch: string;
  /** How many ranges. */
  readonly count: number;
}

/** Parameters 1 to 3 are those of `exclusionParameters`; 7 and on those of `rangeParameters`. */
const limit = '$4::text::bigint';
const underWay = '$5';
const bytesMax = '$6::text::bigint';
const firstParameter = 7;

const columns = 'o.id, o.sequence, o.epoch, o.envelope, o.body_text, o.body';
const bytes = 'coalesce(octet_length(o.body), octet_length(o.body_text))';
/** A client takes a while for each value, more for a number, and next to none for NULL: nearly all rows are of the present numbering. */
const values = ({ epoch }: ReadStatementOptions): string =>
  `o.id::text as id, o.sequence::text as sequence, nullif(o.epoch, (select ${epoch})) as epoch`;

/** One row more, known by its `id`, which is NULL: server and numbering, when the first of all that is scheduled is due, and `isCut`. */
const head = ({ schema, epoch }: ReadStatementOptions, isCut: string): string => `
select null, null, null, json_build_array(pg_postmaster_start_time()::text, ${epoch}, (
  select ${dueInMsOf('due_at')} from ${schema}.scheduled s order by s.due_at limit 1
), ${isCut})::text, null, null`;

/** Rows without the bodies that are longer than parameter 6 allows each. They come first, so that they are on their way before the last is found. */
export const readStatement = (options: ReadStatementOptions): string => `
select ${values(options)}, o.envelope,
  case when o.body is null and octet_length(o.body_text) <= ${bytesMax} then o.body_text end as body_text,
  case when octet_length(o.body) <= ${bytesMax} then o.body end as body
from (${rowsInRanges({ ...options, columns, limit, underWay, firstParameter })}) o
union all ${head(options, 'false')}`;

/** Rows up to the one whose body brings all of them to parameter 6: the database carries each row twice around for that. */
export const readExactlyStatement = (options: ReadStatementOptions): string => `
with page as materialized (
  select o.*, sum(${bytes}) over (order by o.id rows unbounded preceding) - ${bytes} as bytes_before
  from (${rowsInRanges({ ...options, columns, limit, underWay, firstParameter })}) o
)
select ${values(options)}, o.envelope, o.body_text, o.body from page o where o.bytes_before < ${bytesMax}
union all ${head(options, `coalesce((select max(bytes_before) >= ${bytesMax} from page), false)`)}`;
