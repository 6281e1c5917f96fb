import { compatibilityPartitioner, defaultPartitioner } from '@platformatic/kafka';
import { property, sample, uint8Array, assert, integer } from 'fast-check';
import kafkajs from 'kafkajs';
import type { PartitionMetadata } from 'kafkajs';
import { expect, test } from 'vitest';
import { partitionOf } from './partition-of.ts';

const byKafkajs = kafkajs.Partitioners.DefaultPartitioner();

test('every key is in the partition where the default partitioner of kafkajs has it, whatever the number of partitions', () => {
  assert(
    property(uint8Array({ maxLength: 300 }), integer({ min: 1, max: 100 }), (bytes, partitions) => {
      const key = Buffer.from(bytes);
      const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => partitionOfTopic(partitionId));
      const theirs = byKafkajs({ topic: 'topic', partitionMetadata, message: { key, value: null } });
      expect(partitionOf(key, partitions)).toBe(theirs);
    }),
    { numRuns: 500 },
  );
});

test('the default partitioner of platformatic puts about half of all keys elsewhere, its other one none', () => {
  const keys = sample(uint8Array({ minLength: 1, maxLength: 64 }), 1000).map((bytes) => Buffer.from(bytes));
  const message = { topic: 'topic' };
  const elsewhere = (partitioner: typeof defaultPartitioner, partitions: number): number =>
    keys.filter((key) => partitioner(message, key) % partitions !== partitionOf(key, partitions)).length;
  expect(elsewhere(defaultPartitioner, 7)).toBeGreaterThan(300);
  // Nobody notices where the number of partitions is a power of two.
  expect(elsewhere(defaultPartitioner, 8)).toBe(0);
  expect(elsewhere(compatibilityPartitioner, 7)).toBe(0);
});

function partitionOfTopic(partitionId: number): PartitionMetadata {
  return { partitionErrorCode: 0, partitionId, leader: 1, replicas: [1], isr: [1], offlineReplicas: [] };
}
