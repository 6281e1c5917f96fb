import { property, uint8Array, assert, integer } from 'fast-check';
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

function partitionOfTopic(partitionId: number): PartitionMetadata {
  return { partitionErrorCode: 0, partitionId, leader: 1, replicas: [1], isr: [1], offlineReplicas: [] };
}
