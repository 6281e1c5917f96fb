import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { FetchedRecord } from '../kafka-member.ts';

/** What kafkajs has decoded, as the transport sees it: offsets and times are safe integers. */
export function readBatch(messages: readonly KafkaMessage[]): readonly FetchedRecord[] {
  return messages.map(({ offset, timestamp, key, value, headers }) => ({
    offset: Number(offset),
    timestampMs: Number(timestamp),
    key,
    value,
    headers: headers === undefined ? [] : headersFrom(headers),
  }));
}

type Header = FetchedRecord['headers'][number];

/**
 * kafkajs gathers headers of one name in a list. To one named as a property that every object has, such as `constructor`, it adds that
 * property, which was never in the record. A loop: this is done for every header of every record.
 */
function headersFrom(headers: IHeaders): readonly Header[] {
  const read: Header[] = [];
  for (const name of Object.keys(headers)) {
    const value: unknown = headers[name];
    if (Array.isArray(value)) for (const one of value) addHeader(read, name, one);
    else addHeader(read, name, value);
  }
  return read;
}

function addHeader(into: Header[], name: string, value: unknown): void {
  if (value === null || value instanceof Uint8Array) into.push([name, value]);
  else if (typeof value === 'string') into.push([name, Buffer.from(value)]);
}
