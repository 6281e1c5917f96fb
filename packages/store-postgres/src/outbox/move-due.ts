import { errorCodeOf } from '../error-code-of.ts';
import type { SqlQuery, SqlRow } from '../sql/sql-query.ts';

export interface MoveDueOptions {
  /** Quoted. */
  readonly schema: string;
  /** An SQL expression for the name of the numbering, see `enqueueOneStatement`. */
  readonly epoch: string;
  /** Most messages of one move. Default 500. */
  readonly pageMax?: number;
  /** Longest wait for the counter of a key that a transaction holds. Default 250: it is the page of all other keys that waits meanwhile. */
  readonly lockTimeoutMs?: number;
}

export interface DueMoved {
  readonly count: number;
  /** Until the next of these buckets is due; 0 when more of them are already, `undefined` also where the poll is to try again. */
  readonly nextDueInMs: number | undefined;
}

/** Moves what is due of some buckets from `scheduled` into the outbox, and numbers it there. */
export type MoveDue = (query: SqlQuery, buckets: readonly number[]) => Promise<DueMoved>;

export function createMoveDue({ schema, epoch, pageMax = 500, lockTimeoutMs = 250 }: MoveDueOptions): MoveDue {
  const statement = moveStatement(schema, epoch, pageMax);
  return async (query, buckets) => {
    const row = await moveOrLeave(query, statement, [`{${buckets.join(',')}}`, String(lockTimeoutMs)]);
    const count = Number(row['count'] ?? 0);
    return { count, nextDueInMs: count >= pageMax ? 0 : dueInMs(row['due_in_ms']) };
  };
}

/** Whoever holds a counter for long must not keep back what is in the outbox already. */
async function moveOrLeave(query: SqlQuery, statement: string, parameters: readonly string[]): Promise<SqlRow> {
  try {
    return (await query(statement, parameters)).rows[0] ?? {};
  } catch (error) {
    if (errorCodeOf(error) === 'write-conflict') return {};
    throw error;
  }
}

/** Of a column made by `dueInMsOf`. */
export const dueInMs = (value: unknown): number | undefined =>
  value === null || value === undefined ? undefined : Math.max(0, Number(value));

/** Rounded up, or whoever waits for so long would come too early and ask in vain. */
export const dueInMsOf = (dueAt: string): string =>
  `ceil(extract(epoch from ${dueAt} - clock_timestamp()) * 1000)::bigint::text`;

/**
 * One statement, and so one transaction: a crash leaves all of it scheduled or all of it numbered. A relay that still believes in a bucket that
 * another has by now takes nothing of it while the other moves: the lock on the bucket keeps the order of their times, the locks on the rows,
 * which look at their newest version, that each is moved once. The counters are written in the order of their keys, as `enqueue` does, and
 * after the deletion, which gives the transaction its id before a row gets its own (see `closed-mark.ts`). The commit waits for the disk whatever
 * the database's default is: what is sent has a number, which must never be given again. Every counter has rows, so a full join is a left one;
 * only that the planner, which expects few rows, cannot compare each of 500 with each.
 */
const moveStatement = (schema: string, epoch: string, pageMax: number): string => `
with setting as materialized (
  select set_config('lock_timeout', $2::text, true) as lock_timeout, set_config('synchronous_commit',
    case current_setting('synchronous_commit') when 'off' then 'on' else current_setting('synchronous_commit') end, true) as mode
), asked as materialized (
  select b.bucket from setting cross join unnest($1::text::smallint[]) as b (bucket)
  where exists (select from ${schema}.scheduled s where s.bucket = b.bucket and s.due_at <= now())
), own as materialized (
  select bucket from asked where pg_try_advisory_xact_lock(hashtext('${schema}.scheduled'), bucket)
), first as materialized (
  select s.due_at, s.id from own b cross join lateral (
    select due_at, id from ${schema}.scheduled where bucket = b.bucket and due_at <= now() order by due_at, id limit ${pageMax}
  ) s order by s.due_at, s.id limit ${pageMax}
), held as materialized (
  select s.due_at, s.id from ${schema}.scheduled s join first using (due_at, id)
  order by s.due_at, s.id for update of s skip locked
), due as (
  delete from ${schema}.scheduled s using held h where s.due_at = h.due_at and s.id = h.id
  returning s.due_at, s.id, s.bucket, s.kind, s.channel, s.key, s.envelope, s.body_text, s.body
), writer as materialized (
  select ${epoch} as epoch
), numbered as (
  insert into ${schema}.sequences as s (kind, channel, key, last)
  select kind, channel, key, count(*) from due where key is not null
  group by kind, channel, key order by kind, channel, key
  on conflict (kind, channel, key) do update set last = s.last + excluded.last
  returning kind, channel, key, last
), written as (
  insert into ${schema}.outbox (bucket, channel, key, sequence, epoch, envelope, body_text, body)
  select d.bucket, d.channel, d.key,
    n.last - count(*) over same_key + row_number() over (same_key order by d.due_at, d.id),
    w.epoch, d.envelope, d.body_text, d.body
  from due d full join numbered n using (kind, channel, key) cross join writer w
  window same_key as (partition by d.kind, d.channel, d.key)
  order by d.due_at, d.id
)
select (select count(*) from due)::text as count, (
  select ${dueInMsOf('min(s.due_at)')} from unnest($1::text::smallint[]) as b (bucket) cross join lateral (
    select due_at from ${schema}.scheduled where bucket = b.bucket and due_at > now() order by due_at limit 1
  ) s
) as due_in_ms`;
