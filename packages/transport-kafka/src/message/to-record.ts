import type { TransportMessage } from '@waybill/core/driver';
import type { WireRecord } from '../client/kafka-producer.ts';
import { driverHeaders, toHeaderName } from './record-headers.ts';

/** What a message becomes on the wire: the key is the record's, and every header a text of its own, so that other languages read them. */
export function toRecord(message: TransportMessage, timestampMs: number): WireRecord {
  const { id, key, deduplicationKey } = message;
  const headers: Record<string, string> = {};
  for (const name in message.headers) {
    const value = message.headers[name];
    if (value !== undefined) headers[toHeaderName(name)] = value;
  }
  headers[driverHeaders.id] = id;
  if (deduplicationKey !== id) headers[driverHeaders.deduplicationKey] = deduplicationKey;
  return { key: key === undefined ? null : Buffer.from(key), value: message.body, headers, timestampMs };
}
