import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { FetchedRecord } from '../kafka-member.ts';

type HeaderValue = IHeaders[string];

/** What kafkajs has decoded, as the transport sees it: offsets and times are safe integers. */
export function readBatch(messages: readonly KafkaMessage[]): readonly FetchedRecord[] {
  return messages.map(({ offset, timestamp, key, value, headers }) => ({
    offset: Number(offset),
    timestampMs: Number(timestamp),
    key,
    value,
    headers: headers === undefined ? [] : Object.entries(headers).flatMap(headersFrom),
  }));
}

/**
 * kafkajs gathers headers of one name in a list. To one named as a property that every object has, such as `constructor`, it adds that
 * property, which was never in the record.
 */
function headersFrom([name, value]: [string, HeaderValue]): readonly (readonly [string, Uint8Array | null])[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter(isCarried).map((one) => [name, typeof one === 'string' ? Buffer.from(one) : one] as const);
}

function isCarried(value: unknown): value is Uint8Array | string | null {
  return value === null || typeof value === 'string' || value instanceof Uint8Array;
}
