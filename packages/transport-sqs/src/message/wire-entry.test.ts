import { expect, test } from 'vitest';
import { readMessage } from './read-message.ts';
import { toWireEntry } from './wire-entry.ts';

const message = {
  id: 'm-1',
  key: 'order-1',
  deduplicationKey: 'charge-1',
  headers: { tenant: 'acme', note: 'x' },
  body: Buffer.from('{"a":1}'),
  delayMs: 0,
};
const fifo = { queueType: 'fifo', fairQueueGroups: false, attributeHeaders: [] } as const;
const standard = { ...fifo, queueType: 'standard' } as const;

test('text is sent as it is, and all headers share one attribute', () => {
  const entry = toWireEntry(message, fifo);
  expect(entry.body).toBe('{"a":1}');
  expect(Object.keys(entry.attributes)).toEqual(['waybill']);
  expect(JSON.parse(entry.attributes['waybill']?.StringValue ?? '')).toEqual({
    id: 'm-1',
    key: 'order-1',
    deduplicationKey: 'charge-1',
    headers: { tenant: 'acme', note: 'x' },
  });
});

test('on FIFO the key is the message group and the deduplication key the deduplication id', () => {
  expect(toWireEntry(message, fifo)).toMatchObject({ groupId: 'order-1', deduplicationId: 'charge-1' });
});

test('on FIFO a message without a key has a group of its own', () => {
  expect(toWireEntry({ ...message, key: undefined }, fifo).groupId).toBe('m-1');
});

test('a standard queue gets neither, and the key as a group where fair queues are asked for', () => {
  expect(toWireEntry(message, standard)).toMatchObject({ groupId: undefined, deduplicationId: undefined });
  const fair = toWireEntry(message, { ...standard, fairQueueGroups: true });
  expect(fair).toMatchObject({ groupId: 'order-1', deduplicationId: undefined });
  expect(toWireEntry({ ...message, key: undefined }, { ...standard, fairQueueGroups: true }).groupId).toBeUndefined();
});

test.each(['a'.repeat(129), 'żółć', 'with blank', '', 'sha256:abc'])('the key %j is hashed for SQS', (key) => {
  const entry = toWireEntry({ ...message, key, deduplicationKey: key }, fifo);
  expect(entry.groupId).toMatch(/^sha256:[0-9a-f]{64}$/u);
  expect(entry.deduplicationId).toBe(entry.groupId);
  expect(readMessage({ Body: entry.body, MessageAttributes: { ...entry.attributes } }).message.key).toBe(key);
});

test('a body that is no text travels in base64, one of no bytes as well', () => {
  const bytes = toWireEntry({ ...message, body: Uint8Array.of(0, 255) }, fifo);
  expect([bytes.body, bytes.attributes['waybill-encoding']?.StringValue]).toEqual(['AP8=', 'base64']);
  const empty = toWireEntry({ ...message, body: new Uint8Array() }, fifo);
  expect(empty.body).not.toBe('');
  expect(readMessage({ Body: empty.body, MessageAttributes: { ...empty.attributes } }).message.body).toHaveLength(0);
});

test('headers that filters ask for have attributes of their own', () => {
  const entry = toWireEntry(message, { ...fifo, attributeHeaders: ['tenant', 'shop'] });
  expect(entry.attributes['tenant']).toEqual({ DataType: 'String', StringValue: 'acme' });
  expect(entry.attributes['waybill']?.StringValue).not.toContain('acme');
  expect(entry.attributes['shop']).toBeUndefined();
});

test('bytes are counted as SQS does: body, names, types and values, in UTF-8', () => {
  const entry = toWireEntry({ ...message, body: Buffer.from('żółć') }, fifo);
  const value = entry.attributes['waybill']?.StringValue ?? '';
  expect(entry.bytes).toBe(8 + 'waybill'.length + 'String'.length + Buffer.byteLength(value));
});

test('a message that somebody sent by hand has no id, and its texts and numbers are headers', () => {
  const read = readMessage({
    Body: 'hello',
    MessageAttributes: {
      tenant: { DataType: 'String', StringValue: 'acme' },
      count: { DataType: 'Number.int', StringValue: '7' },
      picture: { DataType: 'Binary', BinaryValue: Uint8Array.of(1) },
    },
    Attributes: { ApproximateReceiveCount: '3', SentTimestamp: '1700000000000', MessageGroupId: 'g' },
  });
  expect(read).toMatchObject({ attempt: 3, enqueuedAtMs: 1_700_000_000_000 });
  expect(read.message).toMatchObject({ id: '', key: undefined, headers: { tenant: 'acme', count: '7' } });
  expect(Buffer.from(read.message.body).toString()).toBe('hello');
});

test.each([
  ['AP8=', [0, 255]],
  ['AP8', [0, 255]],
  ['AP\n8=\n', [0, 255]],
  ['_-8=', [255, 239]],
  ['=', []],
  ['%%%', [37, 37, 37]],
])('the body %j that somebody says is base64', (text, bytes) => {
  const MessageAttributes = { 'waybill-encoding': { DataType: 'String', StringValue: 'base64' } };
  expect([...readMessage({ Body: text, MessageAttributes }).message.body]).toEqual(bytes);
});
