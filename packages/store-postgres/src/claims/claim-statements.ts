/** The kinds of claims that one statement carries, each of which may be absent. */
export type ClaimKind = 'open-key' | 'identity' | 'sequence';

/**
 * In this order a statement makes its claims, and within a kind in the order of the keys, so that two transactions never wait for each
 * other. A part begins when the one before has ended, whatever the plan is.
 */
const inOrder: readonly ClaimKind[] = ['open-key', 'identity', 'sequence'];

/** One JSON text carries all claims, by kind. The answers are rows with `kind` and the claim's number `n`. */
export function claimStatement(schema: string, kinds: ReadonlySet<ClaimKind>): string {
  const parts = inOrder.filter((kind) => kinds.has(kind));
  const steps = parts.map((kind, at) => claimSteps[kind](schema, startAfter(parts[at - 1])));
  return `with ${steps.join(',')}\n${parts.map((kind) => claimAnswers[kind](schema)).join('\nunion all\n')}`;
}

const lastStep: Readonly<Record<ClaimKind, string>> = {
  'open-key': 'open_held',
  identity: 'identity_claimed',
  sequence: 'sequence_moved',
};

/** Counting what a step gives back makes the database finish it first. */
const startAfter = (kind: ClaimKind | undefined): string =>
  kind === undefined ? 'true' : `(select count(*) from ${lastStep[kind]}) >= 0`;

/** Whether the mark `m` has been kept for as long as its claim said; never before its lease. */
const isOver = (now: string): string => `(m.keep_until <= ${now} and coalesce(m.lease_until <= ${now}, true))`;

const claimSteps: Readonly<Record<ClaimKind, (schema: string, start: string) => string>> = {
  'open-key': (schema, start) => `
open_held as materialized (
  select n, ${schema}.hold_key(scope, channel, key, false) as is_parked from (
    select * from json_to_recordset($1::text::json -> 'open-key')
      as q (n integer, scope text collate "C", channel text collate "C", key text collate "C")
    where ${start} order by scope, channel, key
  ) q
)`,
  // A row that is there is locked also when the condition fails, and the condition is put to its latest version.
  identity: (schema, start) => `
identity_asked as materialized (
  select * from json_to_recordset($1::text::json -> 'identity') as q (
    n integer, scope text collate "C", key text collate "C", fingerprint text collate "C", lease_ms double precision,
    owner text collate "C", retention_ms double precision
  ) where ${start}
), identity_claimed as (
  insert into ${schema}.inbox as m (scope, key, fingerprint, lease_until, owner, keep_until)
  select scope, key, fingerprint, case when lease_ms > 0 then clock_timestamp() + lease_ms * interval '1 millisecond' end,
    owner, clock_timestamp() + retention_ms * interval '1 millisecond'
  from identity_asked order by scope, key
  on conflict (scope, key) do update set
    fingerprint = excluded.fingerprint, lease_until = excluded.lease_until, owner = excluded.owner,
    keep_until = excluded.keep_until, answer = null, claimed_at = excluded.claimed_at, claimed_by = excluded.claimed_by
  where ${isOver('clock_timestamp()')} or (m.fingerprint = excluded.fingerprint and m.lease_until <= clock_timestamp())
  returning m.scope, m.key
)`,
  // Cursors that are missing come first, and only who got all of them locks the others: whoever waits for a new cursor then holds none that
  // anybody else has seen. Probing key by key keeps the index in use, also by a plan that was made while the table was small.
  sequence: (schema, start) => `
sequence_asked as materialized (
  select * from json_to_recordset($1::text::json -> 'sequence') as q (
    n integer, scope text collate "C", channel text collate "C", key text collate "C",
    first bigint, first_epoch text, first_since bigint, epoch text collate "C", low bigint, high bigint, target bigint
  ) where ${start}
), sequence_missing as materialized (
  select q.* from sequence_asked q left join lateral (
    select true as is_there from ${schema}.cursors c
    where c.scope = q.scope and c.channel = q.channel and c.key = q.key offset 0
  ) c on true
  where q.first is not null and c.is_there is null
), sequence_created as (
  insert into ${schema}.cursors (scope, channel, key, epoch, last, since)
  select scope, channel, key, first_epoch, first, first_since from sequence_missing order by scope, channel, key
  on conflict do nothing
  returning scope, channel, key
), sequence_held as materialized (
  select q.*, c.last, c.since, c.epoch as cursor_epoch, c.epoch = q.epoch and c.last between q.low and q.high as passes
  from (
    select * from sequence_asked
    where (select count(*) from sequence_missing) = (select count(*) from sequence_created)
    order by scope, channel, key
  ) q cross join lateral (
    select c.last, c.since, c.epoch from ${schema}.cursors c
    where c.scope = q.scope and c.channel = q.channel and c.key = q.key for update
  ) c
), sequence_moved as (
  insert into ${schema}.cursors as c (scope, channel, key, epoch, last)
  select scope, channel, key, epoch, target from sequence_held where passes
  on conflict (scope, channel, key) do update set last = excluded.last
  returning c.scope
)`,
};

/** Every answer has the same columns: `n`, what happened, and up to three texts to read it by. */
const claimAnswers: Readonly<Record<ClaimKind, (schema: string) => string>> = {
  'open-key': () => `
select 'open-key' as kind, n::text as n, case when is_parked then 'parked' else 'open' end as status, null as a, null as b, null as c from open_held`,
  // What the statement's snapshot shows may be older than the row that refused: `unseen` is asked for again.
  identity: (schema) => `
select 'identity' as kind, q.n::text as n,
  case
    when i.key is not null then 'claimed'
    when m.key is null or ${isOver('now.now')} then 'unseen'
    when m.fingerprint <> q.fingerprint then 'conflict'
    when m.lease_until is null then 'duplicate'
    when m.lease_until <= now.now then 'unseen'
    else 'in-progress'
  end as status,
  ceil(extract(epoch from m.lease_until - now.now) * 1000)::bigint::text as a, encode(m.answer, 'base64') as b, null as c
from identity_asked q
cross join (select clock_timestamp() as now) now
left join identity_claimed i using (scope, key)
left join lateral (
  select m.key, m.fingerprint, m.lease_until, m.keep_until, m.answer from ${schema}.inbox m
  where i.key is null and m.scope = q.scope and m.key = q.key offset 0
) m on true`,
  sequence: () => `
select 'sequence' as kind, q.n::text as n,
  case
    when c.key is not null then 'created'
    when h.n is not null then case when h.passes then 'moved' else 'held' end
    when m.n is not null or s.is_short then 'unseen'
    else 'missing'
  end as status,
  h.last::text as a, h.cursor_epoch as b, h.since::text as c
from sequence_asked q
cross join (select (select count(*) from sequence_missing) <> (select count(*) from sequence_created) as is_short) s
left join sequence_created c using (scope, channel, key)
left join sequence_held h using (n)
left join sequence_missing m using (n)`,
};

/** Sets cursors that this transaction has locked. */
export const setCursorsStatement = (schema: string): string => `
insert into ${schema}.cursors as c (scope, channel, key, epoch, last, since)
select scope, channel, key, epoch, last, since from json_to_recordset($1::text::json) as q (
  scope text, channel text, key text, epoch text, last bigint, since bigint
)
on conflict (scope, channel, key) do update set epoch = excluded.epoch, last = excluded.last, since = excluded.since`;
