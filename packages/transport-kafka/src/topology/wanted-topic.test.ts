import { expect, test } from 'vitest';
import { topicDrift, wantedTopic } from './wanted-topic.ts';

const settings = { partitions: 4, replicas: 3, retentionMs: 60_000, cleanup: 'compact,delete' } as const;

test('a topic is wanted with what the settings say', () => {
  expect(wantedTopic('t', settings)).toEqual({
    topic: 't',
    partitions: 4,
    replicas: 3,
    configuration: { 'retention.ms': '60000', 'cleanup.policy': 'compact,delete' },
  });
});

test('what the settings leave to the broker is not asked for and never differs', () => {
  const plain = { partitions: 4, replicas: -1, retentionMs: undefined, cleanup: 'delete' } as const;
  expect(wantedTopic('t', plain).configuration).toEqual({});
  const present = { topic: 't', partitions: 4, replicas: 2, configuration: { 'retention.ms': '5' } };
  expect(topicDrift(present, plain)).toEqual([]);
});

test('a topic as it was made does not differ, in whatever order Kafka lists its policies', () => {
  const present = wantedTopic('t', settings);
  const configuration = { ...present.configuration, 'cleanup.policy': 'delete,compact' };
  expect(topicDrift({ ...present, configuration }, settings)).toEqual([]);
});

test('everything that differs is named with both values', () => {
  const present = { topic: 't', partitions: 4, replicas: 1, configuration: {} };
  expect(topicDrift(present, settings)).toEqual([
    'replicas is 1, 3 was wanted',
    'retention.ms is not set, 60000 was wanted',
    'cleanup.policy is delete, compact,delete was wanted',
  ]);
});
