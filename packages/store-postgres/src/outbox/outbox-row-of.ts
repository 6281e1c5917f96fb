import type { OutboxRow } from '@waybill/core/driver';
import type { SqlRow } from '../sql/sql-query.ts';

interface Envelope {
  readonly channel: string;
  readonly id: string;
  readonly key?: string;
  readonly deduplicationKey: string;
  readonly headers: Readonly<Record<string, string>>;
}

type RowFields = readonly [
  rowId: number,
  bucket: number,
  kind: 'command' | 'event',
  sequence: number | null,
  epoch: string,
  delayMs: number,
  createdAtMs: number,
  envelope: Envelope,
];

/**
 * All of a row `o` but its body as the text of one JSON array: a client takes longer for each column of a row than for all of this. The
 * envelope is put in as it is, because it was written as JSON.
 */
export const rowFieldsText = `'[' || o.id || ',' || o.bucket || ',"' || o.kind || '",' || coalesce(o.sequence::text, 'null') || ','
    || to_json(o.epoch) || ',' || o.delay_ms || ',' || floor(date_part('epoch', o.created_at) * 1000)::bigint || ',' || o.envelope || ']'`;

/** A row as core knows it, from `rowFieldsText` as `fields` and its `body`. */
export function outboxRowOf({ fields, body }: SqlRow): OutboxRow {
  const [rowId, bucket, kind, sequence, epoch, delayMs, createdAtMs, envelope] = JSON.parse(
    String(fields),
  ) as RowFields;
  const { channel, id, key, deduplicationKey, headers } = envelope;
  return {
    rowId,
    bucket,
    address: { kind, channel },
    id,
    key,
    deduplicationKey,
    headers,
    body: body as Uint8Array,
    delayMs,
    sequence: sequence ?? undefined,
    epoch,
    createdAtMs,
  };
}
