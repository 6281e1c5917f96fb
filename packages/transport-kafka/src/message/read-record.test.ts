import { expect, test } from 'vitest';
import type { FetchedRecord } from '../client/kafka-member.ts';
import { readRecord } from './read-record.ts';

const place = { topic: 'waybill.orders', partition: 3 };
const plain: FetchedRecord = { offset: 17, timestampMs: 5, key: null, value: Buffer.from('{}'), headers: [] };
const broken = Uint8Array.of(0x61, 0xff, 0x62);

test('a foreign record is known by where it lies', () => {
  const { message, origin } = readRecord(plain, place);
  expect(origin).toBe('waybill.orders/3/17');
  expect(message).toMatchObject({ id: 'waybill.orders/3/17', deduplicationKey: 'waybill.orders/3/17', key: undefined });
});

test('an empty key is a key, and none is none', () => {
  expect(readRecord({ ...plain, key: new Uint8Array() }, place).message.key).toBe('');
  expect(readRecord(plain, place).message.key).toBeUndefined();
});

test('a tombstone has no bytes and says so', () => {
  const { message } = readRecord({ ...plain, value: null }, place);
  expect(message.body).toHaveLength(0);
  expect(message.headers).toEqual({ 'x-wb-tombstone': 'true' });
});

test('two keys that are no text stay two keys', () => {
  const keyOf = (key: Uint8Array) => readRecord({ ...plain, key }, place).message.key;
  expect(keyOf(broken)).toBe('x-wb-base64:Yf9i');
  expect(keyOf(Uint8Array.of(0x61, 0xfe, 0x62))).not.toBe(keyOf(broken));
});

test('a header that is no text keeps its bytes, and the sign of damage itself is a text', () => {
  const headers = [
    ['trace', broken],
    ['note', Buffer.from('\uFFFD')],
    ['none', null],
  ] as const;
  const { message } = readRecord({ ...plain, headers }, place);
  expect(message.headers).toEqual({ 'x-wb-base64:trace': 'Yf9i', note: '\uFFFD', none: '' });
});

test('of a repeated header the last one counts', () => {
  const headers = [
    ['a', Buffer.from('1')],
    ['a', Buffer.from('2')],
  ] as const;
  expect(readRecord({ ...plain, headers }, place).message.headers).toEqual({ a: '2' });
});

test('a record without a time has none', () => {
  expect(readRecord({ ...plain, timestampMs: -1 }, place).enqueuedAtMs).toBeUndefined();
});
