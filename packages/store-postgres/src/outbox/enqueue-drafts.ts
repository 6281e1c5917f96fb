import type { OutboxDraft } from '@waybill/core/driver';
import { indexedText } from '../sql/indexed-text.ts';
import type { SqlQuery } from '../sql/sql-query.ts';
import { toBodyColumns } from './body-columns.ts';
import type { BodyColumns } from './body-columns.ts';
import { bucketOf } from './bucket-of.ts';
import { enqueueManyStatement, enqueueOneStatement } from './enqueue-statements.ts';
import type { EnqueueStatementOptions } from './enqueue-statements.ts';
import { toEnvelopeText } from './envelope-text.ts';

export interface EnqueueDraftsOptions extends EnqueueStatementOptions {
  readonly buckets: number;
}

/** Writes a transaction's publishes. */
export type EnqueueDrafts = (query: SqlQuery, drafts: readonly OutboxDraft[]) => Promise<void>;

/**
 * Numbers the drafts per kind, channel and key and writes them to the outbox, all in one statement. The counters stay locked until the end of
 * the transaction, so that numbers are dense and in the order of commits. Call it last, and once: what is sorted in here cannot deadlock,
 * two calls can.
 */
export function createEnqueueDrafts(options: EnqueueDraftsOptions): EnqueueDrafts {
  const one = enqueueOneStatement(options);
  const many = enqueueManyStatement(options);
  return async (query, drafts) => {
    const records = drafts.map((draft, place) => toRecord(draft, place, options.buckets));
    const [first] = records;
    if (first === undefined) return;
    const { kind, channel, key, bucket, envelope, body_text: text, body } = first;
    if (records.length > 1 || key === undefined) await query(many, [JSON.stringify(records)]);
    else await query(one, [kind, channel, key, String(bucket), envelope, text, body]);
  };
}

/** A draft as the statements read it, with the names of their columns. */
export interface DraftRecord extends BodyColumns {
  readonly place: number;
  readonly bucket: number;
  readonly kind: OutboxDraft['address']['kind'];
  readonly channel: string;
  readonly key: string | undefined;
  readonly envelope: string;
  readonly delay_ms: number;
}

export function toRecord(draft: OutboxDraft, place: number, buckets: number): DraftRecord {
  const { address, id, key, body, delayMs } = draft;
  const { kind, channel } = address;
  // Without a key there is no order to keep: the id spreads them.
  const bucket = bucketOf(channel, key ?? id, buckets);
  return {
    place,
    bucket,
    kind,
    channel: indexedText(channel),
    key: key === undefined ? undefined : indexedText(key),
    envelope: toEnvelopeText(draft, bucket),
    ...toBodyColumns(body),
    delay_ms: delayMs,
  };
}
