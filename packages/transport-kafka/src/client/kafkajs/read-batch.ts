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

/** kafkajs gathers headers of one name in a list. */
function headersFrom([name, value]: [string, HeaderValue]): readonly (readonly [string, Uint8Array | null])[] {
  return Array.isArray(value) ? value.map((one) => [name, bytesOf(one)] as const) : [[name, bytesOf(value)]];
}

function bytesOf(value: Buffer | string | undefined): Uint8Array | null {
  return typeof value === 'string' ? Buffer.from(value) : (value ?? null);
}
