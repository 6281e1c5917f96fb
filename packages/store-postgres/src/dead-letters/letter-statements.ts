/**
 * Locks the keys that the changes park or free, in one order. What comes behind a parked letter shares the lock with everybody who has found
 * the key parked; only when it turns out to be open it is locked for itself.
 */
export const holdKeysStatement = (schema: string): string => `
with named as (
  select subscription, channel, key, is_behind from json_to_recordset($1::text::json) as q (
    subscription text collate "C", channel text collate "C", key text collate "C", is_behind boolean
  )
  union all
  select l.subscription, l.channel, l.key, false
  from json_array_elements_text($2::text::json) as q (id)
  join ${schema}.dead_letters l on l.id = q.id
  where l.parks_key
)
select case
  when not is_behind then ${schema}.hold_key(subscription, channel, key, true)
  when ${schema}.hold_key(subscription, channel, key, false) then true
  else ${schema}.hold_key(subscription, channel, key, true)
end as was_parked
from (
  select subscription, channel, key, bool_and(is_behind) as is_behind from named
  group by subscription, channel, key order by subscription, channel, key
) k`;

/**
 * Nothing is put unless every outbox row could be taken. Positions are given one transaction after the other, so that they follow the commits:
 * an identity column alone is ahead of them.
 */
export const putStatement = (schema: string): string => `
with asked as materialized (
  select * from json_to_recordset($1::text::json) as q (
    n integer, id text, subscription text, channel text, key text, parks_key boolean, letter text, body text, outbox_row bigint
  )
), wanted as materialized (
  select distinct outbox_row from asked where outbox_row is not null
), taken as (
  delete from ${schema}.outbox where id in (select outbox_row from wanted) returning id
), turn as materialized (
  select pg_advisory_xact_lock(hashtextextended('waybill dead letters', 0))::text as turn
  where (select count(*) from wanted) = (select count(*) from taken)
), put as (
  insert into ${schema}.dead_letters (id, subscription, channel, key, parks_key, letter, body)
  select a.id, a.subscription, a.channel, a.key, a.parks_key, a.letter, decode(a.body, 'base64')
  from turn cross join asked a order by a.n
  on conflict (id) do nothing
  returning subscription, channel, key, parks_key
), parked as (
  insert into ${schema}.parked_keys as p (subscription, channel, key, letters)
  select subscription, channel, key, count(*) from put where parks_key
  group by subscription, channel, key order by subscription, channel, key
  on conflict (subscription, channel, key) do update set letters = p.letters + excluded.letters
)
select (select count(*) from turn) = 1 as is_done`;

/** All or none. A key is free with its last letter. */
export const removeStatement = (schema: string): string => `
with asked as materialized (
  select id from json_array_elements_text($1::text::json) as q (id)
), found as materialized (
  select l.* from (select id from asked order by id) q cross join lateral (
    select l.id, l.subscription, l.channel, l.key, l.parks_key from ${schema}.dead_letters l where l.id = q.id for update
  ) l
), every as materialized (
  select f.* from found f where (select count(*) from found) = (select count(*) from asked)
), gone as (
  delete from ${schema}.dead_letters where id in (select id from every)
), less as materialized (
  select subscription, channel, key, count(*) as letters from every where parks_key group by subscription, channel, key
), freed as (
  delete from ${schema}.parked_keys p using less l
  where p.subscription = l.subscription and p.channel = l.channel and p.key = l.key and p.letters <= l.letters
), lessened as (
  update ${schema}.parked_keys p set letters = p.letters - l.letters from less l
  where p.subscription = l.subscription and p.channel = l.channel and p.key = l.key and p.letters > l.letters
)
select (select count(*) from found) = (select count(*) from asked) as is_done`;

/** All or none; an id may come several times. */
export const countReplayStatement = (schema: string): string => `
with asked as materialized (
  select id, count(*) as times from json_array_elements_text($1::text::json) as q (id) group by id
), found as materialized (
  select l.id, q.times from (select * from asked order by id) q cross join lateral (
    select l.id from ${schema}.dead_letters l where l.id = q.id for update
  ) l
), counted as (
  update ${schema}.dead_letters l set replays = l.replays + f.times from found f
  where l.id = f.id and (select count(*) from found) = (select count(*) from asked)
)
select (select count(*) from found) = (select count(*) from asked) as is_done`;
