export interface ReservationStatements {
  readonly restock: string;
  readonly hold: string;
  readonly reserve: string;
  readonly confirm: string;
  readonly release: string;
  readonly available: string;
}

/** A transaction sees its reservations by one time, that of its beginning. */
const isOver = 'r.held_until <= now()';

/** Everything but `restock` and `available` is for transactions that hold the articles, in a statement after that one. */
export const reservationStatements = (schema: string): ReservationStatements => ({
  restock: restockStatement(schema),
  hold: holdStatement(schema),
  reserve: reserveStatement(schema),
  confirm: confirmStatement(schema),
  release: releaseStatement(schema),
  available: availableStatement(schema),
});

const restockStatement = (schema: string): string => `
with noted as (
  insert into ${schema}.stock_deliveries (sku, delivery_id, quantity) values ($1::text, $2::text, $3::text::bigint)
  on conflict do nothing returning sku, quantity
)
insert into ${schema}.stock as s (sku, available) select sku, quantity from noted
on conflict (sku) do update set available = s.available + excluded.available
returning sku`;

/** What is over goes back first, under the same locks. */
const holdStatement = (schema: string): string => `
with asked as materialized (
  select * from json_to_recordset($1::text::json) as q (n integer, sku text collate "C") order by sku
), held as materialized (
  select q.n from asked q cross join lateral (select s.sku from ${schema}.stock s where s.sku = q.sku for update) s
), lapsed as (
  delete from ${schema}.reservations r using asked q
  where r.sku = q.sku and ${isOver} and (select count(*) from held) >= 0
  returning r.sku, r.quantity
), freed as (
  update ${schema}.stock s set available = s.available + l.quantity
  from (select sku, sum(quantity)::bigint as quantity from lapsed group by sku) l where s.sku = l.sku
)
select n::text as n from held`;

/** An article that came into stock after it was asked for is not held, and counts as not there. */
const reserveStatement = (schema: string): string => `
with asked as materialized (
  select * from json_to_recordset($2::text::json) as q (n integer, sku text collate "C", quantity bigint, is_held boolean)
), seen as materialized (
  select q.n, q.sku, q.quantity, r.quantity as known,
    greatest(q.quantity - coalesce(case when q.is_held then s.available end, 0), 0) as short
  from asked q
  left join ${schema}.stock s on s.sku = q.sku
  left join ${schema}.reservations r on r.order_id = $1::text and r.sku = q.sku
), passing as materialized (
  select * from seen where not exists (select from seen where known is not null or short > 0)
), reserved as (
  insert into ${schema}.reservations (order_id, sku, quantity, held_until)
  select $1::text, sku, quantity, now() + $3::text::double precision * interval '1 millisecond' from passing
), taken as (
  update ${schema}.stock s set available = s.available - q.quantity from passing q where s.sku = q.sku
)
select q.n::text as n, q.short::text as short, case
    when p.n is not null then 'reserved'
    when q.known = q.quantity then 'known'
    when q.known is not null then 'other'
    else 'new'
  end as status
from seen q left join passing p using (n) order by q.n`;

const confirmStatement = (schema: string): string => `
with asked as materialized (
  select sku from json_to_recordset($2::text::json) as q (sku text collate "C")
), confirmed as (
  update ${schema}.reservations r set held_until = null from asked q
  where r.order_id = $1::text and r.sku = q.sku and (select count(*) from asked) = (
    select count(*) from ${schema}.reservations r join asked q using (sku) where r.order_id = $1::text
  )
  returning r.sku
)
select count(*)::text as count from confirmed`;

const releaseStatement = (schema: string): string => `
with asked as materialized (
  select * from json_to_recordset($2::text::json) as q (n integer, sku text collate "C")
), dropped as (
  delete from ${schema}.reservations r using asked q where r.order_id = $1::text and r.sku = q.sku
  returning q.n, r.sku, r.quantity
), given as (
  update ${schema}.stock s set available = s.available + d.quantity from dropped d where s.sku = d.sku
)
select n::text as n, quantity::text as quantity from dropped d order by d.n`;

const availableStatement = (schema: string): string => `
select (
  coalesce((select s.available from ${schema}.stock s where s.sku = $1::text), 0)
  + coalesce((select sum(r.quantity) from ${schema}.reservations r where r.sku = $1::text and ${isOver}), 0)
)::bigint::text as available`;
