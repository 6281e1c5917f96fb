import type { ConsumeMessage } from 'amqplib';
import { expect, test } from 'vitest';
import { attemptOf } from './attempt-of.ts';
import type { DeliveryCounting } from './attempt-of.ts';

const arrived = (headers: unknown, redelivered: boolean): ConsumeMessage =>
  // Only what is read of it.
  ({ properties: { headers }, fields: { redelivered } }) as unknown as ConsumeMessage;

const quorum = (brokerVersion: string): DeliveryCounting => ({ queueType: 'quorum', brokerVersion });
const headers = { 'x-delivery-count': 4, 'x-acquired-count': 9 };

test.each([
  ['3.10.8', 5],
  ['4.0.5', 5],
  ['4.2.9', 5],
  ['4.3.0', 10],
  ['4.10.0', 10],
  ['5.0.0-rc.1', 10],
  ['', 5],
])('the counter that the broker writes is the one that is read: %s', (version, attempt) => {
  expect(attemptOf(arrived(headers, true), quorum(version))).toBe(attempt);
});

test('a first delivery shows what the producer has set, and counts as the first', () => {
  expect(attemptOf(arrived(headers, false), quorum('4.0.5'))).toBe(1);
  expect(attemptOf(arrived(headers, false), quorum('4.3.0'))).toBe(1);
});

test('classic queues count nothing', () => {
  expect(attemptOf(arrived(headers, true), { queueType: 'classic', brokerVersion: '4.3.0' })).toBe(1);
});

test.each([[undefined], [null], ['text'], [{}], [{ 'x-delivery-count': 'x' }], [{ 'x-delivery-count': -1 }]])(
  'a count that makes no sense counts as the first: %j',
  (senseless) => {
    expect(attemptOf(arrived(senseless, true), quorum('4.0.5'))).toBe(1);
  },
);
