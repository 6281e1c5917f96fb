import type { TransportMessage } from '@waybill/core/driver';
import type { ConsumeMessage } from 'amqplib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { driverHeaders } from './message-headers.ts';
import { enqueuedAtMsOf, toMessage, toProperties } from './message-properties.ts';

const message: TransportMessage = {
  id: 'm1',
  key: 'order-1',
  deduplicationKey: 'd1',
  headers: { 'ce-type': 'x' },
  body: Buffer.from('{}'),
  delayMs: 0,
};
const mark = { nowMs: 1_700_000_000_123, publishId: '7' };

const arrived = (properties: object, fields: object = {}): ConsumeMessage => ({
  content: Buffer.from('{}'),
  fields: { deliveryTag: 1, redelivered: false, exchange: '', routingKey: '', consumerTag: '', ...fields },
  properties: { headers: {}, ...properties } as ConsumeMessage['properties'],
});

const through = (sent: TransportMessage): TransportMessage => toMessage(arrived(toProperties(sent, mark)));

test('what is sent is persistent, mandatory and without priority', () => {
  const properties = toProperties(message, mark);
  expect(properties).toMatchObject({ persistent: true, mandatory: true, timestamp: 1_700_000_000, messageId: 'm1' });
  expect(properties).not.toHaveProperty('priority');
});

test('a message comes back as it was sent', () => {
  expect(through(message)).toEqual(message);
  expect(through({ ...message, key: undefined }).key).toBeUndefined();
  const longId = 'é'.repeat(200);
  expect(toProperties({ ...message, id: longId }, mark)).not.toHaveProperty('messageId');
  expect(through({ ...message, id: longId }).id).toBe(longId);
});

test.each(['CC', 'BCC', 'x-death', 'x-delivery-count', '__proto__', 'x-wb-key', 'x-wb-header:a'])(
  'a header of the name %s means nothing to the broker and comes back',
  (name) => {
    const headers = Object.fromEntries([[name, 'text']]);
    const sent = toProperties({ ...message, headers }, mark).headers as Record<string, unknown>;
    expect(Object.hasOwn(sent, name) && sent[name] === 'text').toBe(false);
    expect(Object.entries(through({ ...message, headers }).headers)).toEqual([[name, 'text']]);
  },
);

test('hostile headers never throw and become text or nothing', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.anything()), fc.anything(), (headers, messageId) => {
      const read = toMessage(arrived({ headers, messageId }));
      expect(Object.values(read.headers).every((value) => typeof value === 'string')).toBe(true);
      expect(typeof read.id).toBe('string');
    }),
  );
  const read = toMessage(arrived({ headers: { a: 1, b: true, c: null, d: { e: 1 }, f: ['x'], g: Buffer.from('x') } }));
  expect(read.headers).toEqual({ a: '1', b: 'true' });
});

test('a message without anything is one that core can refuse', () => {
  expect(toMessage(arrived({ headers: undefined }))).toMatchObject({ id: '', key: undefined, deduplicationKey: '' });
});

test('the time of sending is in milliseconds where ours, in seconds where foreign, and absent where senseless', () => {
  expect(enqueuedAtMsOf(arrived(toProperties(message, mark)))).toBe(mark.nowMs);
  expect(enqueuedAtMsOf(arrived({ timestamp: 1_700_000_000 }))).toBe(1_700_000_000_000);
  const forged = { timestamp: 1_700_000_000, headers: { [driverHeaders.sentAt]: 5 } };
  expect(enqueuedAtMsOf(arrived(forged))).toBe(1_700_000_000_000);
  for (const timestamp of [undefined, 'now', -1, 0, 2 ** 60]) {
    expect(enqueuedAtMsOf(arrived({ timestamp }))).toBeUndefined();
  }
});
