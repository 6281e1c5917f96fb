import type { BucketGrant, BucketRequest } from '@waybill/core/driver';
import type { SqlQuery } from '../sql/sql-query.ts';

export interface LeaseBucketsOptions {
  /** Quoted. */
  readonly schema: string;
}

export type LeaseBuckets = (query: SqlQuery, request: BucketRequest) => Promise<BucketGrant>;

/**
 * Renews, gives up and takes buckets in one statement, by the server's clock. Rows that another relay is just changing are passed over, so
 * nobody waits for anybody and any number of relays may ask at once. Two requests of one owner must not overlap.
 */
export function createLeaseBuckets({ schema }: LeaseBucketsOptions): LeaseBuckets {
  const statement = leaseStatement(schema);
  return async (query, { owner, bucketsMax, leaseMs }) => {
    const { rows } = await query(statement, [owner, String(bucketsMax), String(leaseMs)]);
    const leases = rows
      .filter((row) => row['bucket'] !== null)
      .map((row) => ({ bucket: Number(row['bucket']), token: Number(row['token']) }));
    return {
      leases: leases.toSorted((left, right) => left.bucket - right.bucket),
      relays: Number(rows[0]?.['relays']),
    };
  };
}

/**
 * A lock taken with `skip locked` looks at the newest version of its row again, so a bucket that was renewed meanwhile is not taken. The
 * commit waits for the disk whatever the database's default is: a token must never be given twice. The end of a lease that ran out
 * makes its token grow also for whoever had it last, because somebody else may have had it in between.
 */
const leaseStatement = (schema: string): string => `
with request as materialized (
  select $1::text as owner, $2::text::bigint as wanted, now() + $3::text::float8 * interval '1 ms' as until,
    set_config('synchronous_commit',
      case current_setting('synchronous_commit') when 'off' then 'on' else current_setting('synchronous_commit') end, true) as mode
), own as materialized (
  select b.bucket from ${schema}.buckets b
  where b.owner = (select owner from request) and b.lease_until > now()
  order by b.bucket for update skip locked
), free as materialized (
  select b.bucket from ${schema}.buckets b
  where b.lease_until <= now()
  order by b.bucket limit greatest(0, (select wanted from request) - (select count(*) from own))
  for update skip locked
), change as materialized (
  select bucket, 0 as step, row_number() over (order by bucket) <= (select wanted from request) as stays from own
  union all
  select bucket, 1, true from free
), changed as (
  update ${schema}.buckets b
  set owner = r.owner, token = b.token + c.step, lease_until = case when c.stays then r.until else '-infinity' end
  from change c, request r where b.bucket = c.bucket
  returning b.bucket, b.token, b.lease_until > now() as is_held
), entered as (
  insert into ${schema}.relays as e (owner, alive_until) select owner, until from request where wanted > 0
  on conflict (owner) do update set alive_until = excluded.alive_until
), left_behind as (
  delete from ${schema}.relays where owner in (
    select e.owner from ${schema}.relays e, request r
    where case when e.owner = r.owner then r.wanted = 0 else e.alive_until <= now() end
    for update of e skip locked
  )
)
select h.bucket::text as bucket, h.token::text as token, (
  select count(*) + (r.wanted > 0)::int from ${schema}.relays e where e.owner <> r.owner and e.alive_until > now()
)::text as relays
from request r left join (select * from changed where is_held) h on true`;
