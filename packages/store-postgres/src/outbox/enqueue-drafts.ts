import type { OutboxDraft } from '@waybill/core/driver';
import { indexedText } from '../sql/indexed-text.ts';
import type { SqlQuery } from '../sql/sql-query.ts';
import { bucketOf } from './bucket-of.ts';
import { toBase64 } from './to-base64.ts';

export interface EnqueueDraftsOptions {
  /** Quoted. */
  readonly schema: string;
  readonly buckets: number;
  /**
   * An SQL expression for the name of the numbering. Read with every write and not once, because a server can fail over to a lagging
   * replica under a store that stays open.
   */
  readonly epoch: string;
  /** The channel on which whoever listens hears of the commit, to be woken; `undefined` tells nobody. */
  readonly notificationChannel: string | undefined;
}

/** Writes a transaction's publishes. */
export type EnqueueDrafts = (query: SqlQuery, drafts: readonly OutboxDraft[]) => Promise<void>;

/**
 * Numbers the drafts per kind, channel and key and writes them to the outbox, all in one statement. The counters stay locked until the end of
 * the transaction, so that numbers are dense and in the order of commits. Call it last, and once: what is sorted in here cannot deadlock,
 * two calls can.
 */
export function createEnqueueDrafts(options: EnqueueDraftsOptions): EnqueueDrafts {
  const statement = enqueueStatement(options);
  const { buckets } = options;
  return async (query, drafts) => {
    if (drafts.length === 0) return;
    await query(statement, [JSON.stringify(drafts.map((draft, place) => toRecord(draft, place, buckets)))]);
  };
}

/** What nobody compares travels in one JSON text, which carries what `text` refuses: NUL and halves of characters. */
function toRecord(draft: OutboxDraft, place: number, buckets: number) {
  const { address, id, key, deduplicationKey, headers, body, delayMs } = draft;
  const { kind, channel } = address;
  return {
    place,
    // Without a key there is no order to keep: the id spreads them.
    bucket: bucketOf(channel, key ?? id, buckets),
    kind,
    channel: indexedText(channel),
    key: key === undefined ? undefined : indexedText(key),
    envelope: JSON.stringify({ channel, id, key, deduplicationKey, headers }),
    body: toBase64(body),
    delay_ms: delayMs,
  };
}

/**
 * The transaction has its own id before a row gets one: that is what tells a reader below which id nothing can come any more, see
 * `closed-mark.ts`.
 */
const enqueueStatement = ({ schema, epoch, notificationChannel }: EnqueueDraftsOptions): string => `
with draft as materialized (
  select * from json_to_recordset($1::text::json) as d (
    place integer, bucket smallint, kind text collate "C", channel text collate "C", key text collate "C",
    envelope text, body text, delay_ms double precision
  )
), writer as materialized (
  select pg_current_xact_id() as xact, ${epoch} as epoch
), numbered as (
  insert into ${schema}.sequences as s (kind, channel, key, last)
  select kind, channel, key, count(*) from draft where key is not null
  group by kind, channel, key order by kind, channel, key
  on conflict (kind, channel, key) do update set last = s.last + excluded.last
  returning kind, channel, key, last
), written as (
  insert into ${schema}.outbox (bucket, kind, channel, key, sequence, epoch, envelope, body, delay_ms)
  select d.bucket, d.kind, d.channel, d.key,
    n.last - count(*) over same_key + row_number() over (same_key order by d.place),
    w.epoch, d.envelope, decode(d.body, 'base64'), d.delay_ms
  from draft d cross join writer w left join numbered n using (kind, channel, key)
  window same_key as (partition by d.kind, d.channel, d.key)
  order by d.place
)
select ${notificationChannel === undefined ? 'null' : `pg_notify('${notificationChannel}', '')::text`} as notified`;
