import type { OutboxRow } from '@waybill/core/driver';
import type { SqlRow } from '../sql/sql-query.ts';

interface Envelope {
  readonly channel: string;
  readonly id: string;
  readonly key?: string;
  readonly deduplicationKey: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A row as core knows it. */
export function outboxRowOf(row: SqlRow): OutboxRow {
  const { channel, id, key, deduplicationKey, headers } = JSON.parse(String(row['envelope'])) as Envelope;
  return {
    rowId: Number(row['id']),
    bucket: Number(row['bucket']),
    address: { kind: row['kind'] === 'command' ? 'command' : 'event', channel },
    id,
    key,
    deduplicationKey,
    headers,
    body: row['body'] as Uint8Array,
    delayMs: Number(row['delay_ms']),
    sequence: row['sequence'] === null ? undefined : Number(row['sequence']),
    epoch: String(row['epoch']),
    createdAtMs: Number(row['created_at_ms']),
  };
}
