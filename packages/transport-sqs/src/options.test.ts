import { expect, test } from 'vitest';
import { readOptions } from './options.ts';
import type { SqsTransportOptions } from './options.ts';

const region = 'eu-central-1';

test('a region is enough', () => {
  expect(readOptions({ region })).toMatchObject({
    queueType: 'fifo',
    topology: 'apply',
    namePrefix: 'waybill-',
    encryption: 'sqs',
    deliveryLimit: 1000,
    messageBytesMax: 262_144,
    longPollSeconds: 20,
  });
});

test('all problems are named at once', () => {
  const wrong: SqsTransportOptions = {
    region: 'here',
    endpoint: 'localhost:4566',
    accountId: '12',
    namePrefix: 'a.b',
    retentionSeconds: 1,
    deliveryLimit: 1001,
    messageBytesMax: 2_000_000,
    pollersMax: 0,
    longPollSeconds: 21,
    attributeHeaders: ['aws.x', 'a..b', 'waybill', 'tenant', 'tenant'],
  };
  expect(() => readOptions(wrong)).toThrow(
    /region .*endpoint .*accountId .*namePrefix .*retentionSeconds .*deliveryLimit .*messageBytesMax .*pollersMax .*longPollSeconds .*attributeHeaders has a name twice.*attributeHeaders\[0\].*attributeHeaders\[1\].*attributeHeaders\[2\] is no name/u,
  );
});

test.each<[Partial<SqsTransportOptions>, RegExp]>([
  [{ highThroughput: true }, /highThroughput needs deduplicationScope 'messageGroup'/u],
  [{ fairQueueGroups: true }, /fairQueueGroups is for standard queues only/u],
  [{ queueType: 'standard', deduplicationScope: 'messageGroup' }, /deduplicationScope is for FIFO queues only/u],
  [{ queueType: 'standard', highThroughput: true }, /highThroughput is for FIFO queues only/u],
])('%j does not go together', (options, problem) => {
  expect(() => readOptions({ region, ...options })).toThrow(problem);
});
