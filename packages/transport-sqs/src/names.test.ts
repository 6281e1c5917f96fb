import { expect, test } from 'vitest';
import { createNames } from './names.ts';

const names = createNames({ namePrefix: 'waybill-', queueType: 'fifo' });
const standard = createNames({ namePrefix: '', queueType: 'standard' });
const command = (channel: string) => ({ kind: 'command', channel, group: 'handler' }) as const;
const event = (channel: string, group: string) => ({ kind: 'event', channel, group }) as const;

test('a command has one queue, an event a topic and a queue for each group', () => {
  expect(names.commandQueueOf(command('orders'))).toBe('waybill-orders.fifo');
  expect(names.queueOf(command('orders'))).toBe('waybill-orders.fifo');
  expect(names.topicOf(event('orders', 'mail'))).toBe('waybill-orders.fifo');
  expect(names.queueOf(event('orders', 'mail'))).toBe('waybill-orders--mail.fifo');
  expect(names.deadLetterQueueOf(event('orders', 'mail'))).toBe('waybill-orders--mail---dead.fifo');
  expect(standard.queueOf(event('order_charged', 'by-mail'))).toBe('order_charged--by-mail');
});

test('what SQS has no characters for travels as bytes', () => {
  expect(standard.queueOf(command('order.charged'))).toBe('order_x2e_charged');
  expect(standard.queueOf(command('żółć'))).toBe('_xc5bc__xc3b3__xc582__xc487_');
});

test('no two addresses share a queue', () => {
  const queues = [
    standard.queueOf(event('a', 'b')),
    standard.queueOf(command('a--b')),
    standard.queueOf(command('a-')),
    standard.queueOf(event('a-', 'b')),
    standard.queueOf(event('a', '-b')),
    standard.queueOf(event('a', 'dead')),
    standard.deadLetterQueueOf(command('a')),
    standard.queueOf(event('a', '-dead')),
    standard.deadLetterQueueOf(event('a', 'b')),
    standard.queueOf(command('a.b')),
    standard.queueOf(command('a_x2e_b')),
    standard.queueOf(command('a_2e_b')),
  ];
  expect(new Set(queues).size).toBe(queues.length);
});

test.each([
  ['', /is empty/u],
  ['a\nb', /control character/u],
  ['a\uD800', /surrogate/u],
  ['a'.repeat(68), /81 characters; 80 are taken/u],
])('%j cannot be mapped', (channel, problem) => {
  expect(() => names.queueOf(command(channel))).toThrow(problem);
});

test('80 characters are taken, with those of .fifo', () => {
  expect(names.queueOf(command('a'.repeat(67)))).toHaveLength(80);
});
