export interface EnqueueStatementOptions {
  /** Quoted. */
  readonly schema: string;
  /**
   * An SQL expression for the name of the numbering. Read with every write and not once, because a server can fail over to a lagging
   * replica under a store that stays open.
   */
  readonly epoch: string;
}

/*
 * Both write the counter before the row, and so have a transaction id before the row gets its own id: that is what tells a reader up to which
 * id nothing can come any more, see `closed-mark.ts`.
 */

/** One message with a key, which is what most transactions publish: half the work of the statement for many. */
export const enqueueOneStatement = ({ schema, epoch }: EnqueueStatementOptions): string => `
with numbered as (
  insert into ${schema}.sequences as s (kind, channel, key, last) values ($1::text, $2::text, $3::text, 1)
  on conflict (kind, channel, key) do update set last = s.last + 1
  returning last
)
insert into ${schema}.outbox (bucket, channel, key, sequence, epoch, envelope, body_text, body)
  select $4::text::smallint, $2::text, $3::text, n.last, ${epoch}, $5::text, $6::text, decode($7::text, 'base64')
  from numbered n`;

/**
 * Any messages: counted per key, their keys sorted, so that two transactions never wait for each other in a circle. Rows without a key have
 * no counter, so the transaction gets its id by being asked for it.
 */
export const enqueueManyStatement = ({ schema, epoch }: EnqueueStatementOptions): string => `
with draft as materialized (
  select * from json_to_recordset($1::text::json) as d (
    place integer, bucket smallint, kind text collate "C", channel text collate "C", key text collate "C",
    envelope text, body_text text, body text
  )
), writer as materialized (
  select pg_current_xact_id() as xact, ${epoch} as epoch
), numbered as (
  insert into ${schema}.sequences as s (kind, channel, key, last)
  select kind, channel, key, count(*) from draft where key is not null
  group by kind, channel, key order by kind, channel, key
  on conflict (kind, channel, key) do update set last = s.last + excluded.last
  returning kind, channel, key, last
)
insert into ${schema}.outbox (bucket, channel, key, sequence, epoch, envelope, body_text, body)
  select d.bucket, d.channel, d.key,
    n.last - count(*) over same_key + row_number() over (same_key order by d.place),
    w.epoch, d.envelope, d.body_text, decode(d.body, 'base64')
  from draft d cross join writer w left join numbered n using (kind, channel, key)
  window same_key as (partition by d.kind, d.channel, d.key)
  order by d.place`;
