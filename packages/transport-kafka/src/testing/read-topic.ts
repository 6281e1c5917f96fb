import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import type { KafkaMessage } from 'kafkajs';

/** A record as the raw library reads it. */
export interface FoundRecord {
  readonly partition: number;
  readonly message: KafkaMessage;
}

/** Everything that a topic holds now, partition by partition in its order, read with the raw library. */
export async function readTopic(brokers: readonly string[], topic: string): Promise<readonly FoundRecord[]> {
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const missing = new Map(
    ends.filter(({ low, high }) => low !== high).map(({ partition, high }) => [partition, BigInt(high)]),
  );
  if (missing.size === 0) return [];
  const consumer = kafka.consumer({ groupId: `reader-${randomUUID()}`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const found: FoundRecord[] = [];
  const done = Promise.withResolvers<void>();
  await consumer.run({
    autoCommit: false,
    eachBatch: ({ batch }) => {
      for (const message of batch.messages) found.push({ partition: batch.partition, message });
      if (BigInt(batch.lastOffset()) + 1n >= (missing.get(batch.partition) ?? 0n)) missing.delete(batch.partition);
      if (missing.size === 0) done.resolve();
      return Promise.resolve();
    },
  });
  await done.promise;
  await consumer.disconnect();
  return found.toSorted((one, other) => one.partition - other.partition);
}
