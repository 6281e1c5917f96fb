import { expect, test } from 'vitest';
import { createNames, refuseCollisions } from './names.ts';

const names = createNames('waybill');
const command = (channel: string) => ({ kind: 'command', channel }) as const;
const event = (channel: string, group: string) => ({ kind: 'event', channel, group }) as const;

test('a channel is a topic, and a subscription a group', () => {
  expect(names.topicOf(command('orders'))).toBe('waybill.orders');
  expect(names.groupOf({ ...command('orders'), group: 'handler' })).toBe('waybill.orders.handler');
  expect(names.groupOf(event('shop.order_paid', 'mail'))).toBe('waybill.shop.order_paid.mail');
});

test('what a topic may not hold becomes its bytes', () => {
  expect(names.topicOf(command('orders/eu ü'))).toBe('waybill.orders_x2f_eu_x20__xc3bc_');
});

test('no two addresses share a name', () => {
  const groups = [
    names.groupOf(event('a.b', 'c')),
    names.groupOf(event('a', 'b.c')),
    names.groupOf(event('a', 'b_x2e_c')),
    names.groupOf(event('a', 'b:c')),
    names.groupOf(event('a_x3a_b', 'c')),
    names.groupOf(event('a:b', 'c')),
  ];
  expect(new Set(groups).size).toBe(groups.length);
});

test('a group is known to be one of its channel and of no other', () => {
  const group = names.groupOf(event('a.b', 'c'));
  expect(names.isGroupOf(command('a.b'), group)).toBe(true);
  expect(names.isGroupOf(command('a'), group)).toBe(false);
  expect(names.isGroupOf(command('a.b.c'), group)).toBe(false);
});

test.each([
  ['', /is empty/u],
  ['a\nb', /control character/u],
  ['a\uD800', /surrogate/u],
  ['é'.repeat(40), /249/u],
])('%j cannot be mapped', (channel, problem) => {
  expect(() => names.topicOf(command(channel))).toThrow(problem);
});

test('249 characters are taken', () => {
  expect(names.topicOf(command('a'.repeat(249 - 'waybill.'.length)))).toHaveLength(249);
});

test('two topics of one name in the metrics of Kafka are refused by name, and one topic twice is not', () => {
  expect(() => refuseCollisions(['w.a.b', 'w.c', 'w.a_b'])).toThrow(/'w\.a_b' and 'w\.a\.b'/u);
  expect(() => refuseCollisions(['w.a.b', 'w.a.b', 'w.a-b'])).not.toThrow();
});
