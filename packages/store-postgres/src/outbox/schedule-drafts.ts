import type { OutboxDraft } from '@waybill/core/driver';
import { toRecord } from './enqueue-drafts.ts';
import type { EnqueueDrafts, EnqueueDraftsOptions } from './enqueue-drafts.ts';

const isScheduled = ({ delayedBy }: OutboxDraft): boolean => delayedBy === 'store';

/**
 * Writes a transaction's publishes: those that the store delays to the table `scheduled`, the others by `enqueue`, which comes last because
 * it locks counters. Where nothing is delayed it is as if this were not there.
 */
export function createScheduleDrafts(options: EnqueueDraftsOptions, enqueue: EnqueueDrafts): EnqueueDrafts {
  const statement = scheduleStatement(options);
  return async (query, drafts) => {
    if (!drafts.some(isScheduled)) return enqueue(query, drafts);
    const records = drafts.filter(isScheduled).map((draft, place) => toRecord(draft, place, options.buckets));
    await query(statement, [JSON.stringify(records)]);
    await enqueue(
      query,
      drafts.filter((draft) => !isScheduled(draft)),
    );
  };
}

/** One clock reading for all, so that what is delayed alike is due at once and keeps its order. */
const scheduleStatement = ({ schema }: EnqueueDraftsOptions): string => `
with draft as materialized (
  select * from json_to_recordset($1::text::json) as d (
    place integer, bucket smallint, kind text collate "C", channel text collate "C", key text collate "C",
    envelope text, body_text text, body text, delay_ms double precision
  )
), clock as materialized (
  select clock_timestamp() as now
), written as (
  insert into ${schema}.scheduled (due_at, bucket, kind, channel, key, envelope, body_text, body)
  select c.now + d.delay_ms * interval '1 ms', d.bucket, d.kind, d.channel, d.key, d.envelope, d.body_text, decode(d.body, 'base64')
  from draft d cross join clock c order by d.place
)
select`;
