import type { TransportMessage } from '@waybill/core/driver';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FetchedRecord } from '../client/kafka-member.ts';
import type { WireRecord } from '../client/kafka-producer.ts';
import { readRecord } from './read-record.ts';
import { toRecord } from './to-record.ts';

const place = { topic: 'orders', partition: 3 };
const text = fc.string({ unit: 'grapheme' });
const headerName = fc.oneof(
  text,
  fc.constantFrom('__proto__', 'constructor', 'x-wb-id', 'x-wb-header:a', 'x-wb-base64:a', 'x-wb-tombstone'),
);
const bytes = fc.uint8Array();

const fetched = ({ key, value, headers, timestampMs }: WireRecord): FetchedRecord => ({
  offset: 17,
  timestampMs,
  key,
  value,
  headers: Object.entries(headers).map(([name, header]) => [name, Buffer.from(header)] as const),
});

test('what is sent comes back as it was', () => {
  const message = fc.record({
    id: fc.string({ minLength: 1 }),
    key: fc.option(text, { nil: undefined }),
    deduplicationKey: fc.string(),
    headers: fc.array(fc.tuple(headerName, text)).map((entries) => Object.fromEntries(entries)),
    body: bytes,
    delayMs: fc.constant(0),
  });
  fc.assert(
    fc.property(message, (sent: TransportMessage) => {
      const { message: read, enqueuedAtMs } = readRecord(fetched(toRecord(sent, 1000)), place);
      expect({ ...read, headers: {} }).toEqual({ ...sent, headers: {} });
      expect(new Map(Object.entries(read.headers))).toEqual(new Map(Object.entries(sent.headers)));
      expect(enqueuedAtMs).toBe(1000);
    }),
  );
});

test('whatever a foreign program wrote is read without an error, and every header is a text', () => {
  const record = fc.record({
    offset: fc.nat(),
    timestampMs: fc.integer(),
    key: fc.option(bytes),
    value: fc.option(bytes),
    headers: fc.array(fc.tuple(headerName, fc.option(bytes))),
  });
  fc.assert(
    fc.property(record, (foreign) => {
      const { message } = readRecord(foreign, place);
      expect(message.id).not.toBe('');
      expect(Object.values(message.headers).every((value) => typeof value === 'string')).toBe(true);
      expect([...message.body]).toEqual([...(foreign.value ?? [])]);
    }),
  );
});
