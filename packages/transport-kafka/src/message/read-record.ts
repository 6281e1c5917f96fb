import type { Delivery } from '@waybill/core/driver';
import type { FetchedRecord } from '../client/kafka-member.ts';
import { base64Of, bytesPrefix, readHeaders, textOf, tombstoneHeader } from './record-headers.ts';

/** What a record says once it is read. */
export type ReadRecord = Pick<Delivery, 'message' | 'enqueuedAtMs' | 'origin'>;

/** Where a record lies. */
export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
}

const noBytes = new Uint8Array();

/**
 * Reads what `toRecord` wrote, or what a foreign program wrote in its place; never throws. A record without an id of ours is known by where
 * it lies, `topic/partition/offset`, so that it is the same at every delivery and can be found again from its dead letter. A tombstone has no
 * bytes and says so in a header; a key that is no UTF-8 keeps its order under the base64 of its bytes.
 */
export function readRecord(record: FetchedRecord, { topic, partition }: RecordPlace): ReadRecord {
  const { id: ownId, deduplicationKey, headers } = readHeaders(record.headers);
  const origin = `${topic}/${partition}/${record.offset}`;
  const id = ownId === undefined || ownId === '' ? origin : ownId;
  return {
    message: {
      id,
      key: keyOf(record.key),
      deduplicationKey: deduplicationKey ?? id,
      headers: record.value === null ? { ...headers, [tombstoneHeader]: 'true' } : headers,
      body: record.value ?? noBytes,
      delayMs: 0,
    },
    enqueuedAtMs: record.timestampMs > 0 ? record.timestampMs : undefined,
    origin,
  };
}

function keyOf(key: Uint8Array | null): string | undefined {
  return key === null ? undefined : (textOf(key) ?? bytesPrefix + base64Of(key));
}
