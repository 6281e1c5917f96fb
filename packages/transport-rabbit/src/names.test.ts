import { expect, test } from 'vitest';
import { createNames } from './names.ts';

const names = createNames('waybill');
const command = (channel: string) => ({ kind: 'command', channel }) as const;
const event = (channel: string, group: string) => ({ kind: 'event', channel, group }) as const;

test('a command has one set of queues, an event one for each group', () => {
  expect(names.exchangeOf(command('orders'))).toBe('waybill:command:orders');
  expect(names.queueOf({ ...command('orders'), group: 'any' }, 3)).toBe('waybill:command:orders:3');
  expect(names.queueOf(event('orders', 'mail'), 3)).toBe('waybill:event:orders:mail:3');
});

test('no two addresses share a name', () => {
  const queues = [
    names.queueOf(event('a:b', 'c'), 0),
    names.queueOf(event('a', 'b:c'), 0),
    names.queueOf(event('a%3Ab', 'c'), 0),
    names.queueOf(event('a', 'partitions'), 0),
    names.partitionsMarkerOf(command('a')),
    names.delayOf(command('a'), 1000),
    names.delayOf({ kind: 'event', channel: 'a' }, 5),
    names.queueOf(event('a', 'delay'), 5),
    names.queueOf(event('a', 'delay-5'), 0),
    names.expiredOf(command('a')),
    names.expiredOf(event('a', 'b')),
    names.queueOf(event('a', 'expired'), 0),
    names.instancesOf({ ...command('a'), group: 'b' }),
    names.instancesOf(event('a', 'b')),
    names.queueOf(event('a', 'instances'), 0),
  ];
  expect(new Set(queues).size).toBe(queues.length);
});

test.each([
  ['', /is empty/u],
  ['amq.direct', /amq\./u],
  ['a\nb', /control character/u],
  ['a\uD800', /surrogate/u],
  ['é'.repeat(120), /255/u],
])('%j cannot be mapped', (channel, problem) => {
  expect(() => names.exchangeOf(command(channel))).toThrow(problem);
});

test('255 bytes are taken', () => {
  const room = 255 - 'waybill:command:'.length;
  expect(names.exchangeOf(command('a'.repeat(room)))).toHaveLength(255);
});
