import { expect, test } from 'vitest';
import { readOptions } from './options.ts';
import type { RabbitTransportOptions } from './options.ts';

const urls = ['amqp://localhost'];

test('every default stands, and delays are sorted', () => {
  const settings = readOptions({ urls, delaysMs: [500, 20] });
  expect(settings).toMatchObject({
    partitions: 8,
    queueType: 'quorum',
    deliveryLimit: 1_000_000,
    heartbeatSeconds: 10,
  });
  expect(settings.delaysMs).toEqual([20, 500]);
});

test('all problems are named at once, and no address with its password', () => {
  const wrong: RabbitTransportOptions = {
    urls: ['http://user:sesame@host', 'sesame'],
    partitions: 0,
    rebalanceMs: 0,
    deliveryLimit: -1,
    delaysMs: [5, 5],
    namePrefix: 'amq.x',
    reconnectMs: { first: 100, max: 10 },
    expireAfterMs: 0,
    priorityHeader: '',
  };
  const read = () => readOptions(wrong);
  expect(read).toThrow(
    /urls\[0\].*urls\[1\].*reconnectMs\.max.*rebalanceMs.*partitions.*deliveryLimit.*expireAfterMs.*priorityHeader.*delaysMs has a delay twice.*namePrefix/u,
  );
  expect(read).not.toThrow(/sesame/u);
});

test('an empty list of addresses is refused', () => {
  expect(() => readOptions({ urls: [] })).toThrow(/urls is empty/u);
});
