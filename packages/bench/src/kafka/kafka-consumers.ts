import kafkajs from 'kafkajs';
import type { ConsumerRunConfig, KafkaMessage } from 'kafkajs';
import { orderSchema } from '../order-message.ts';
import type { OrderMessage } from '../order-message.ts';

export interface RawConsumer {
  readonly close: () => Promise<void>;
}

export interface RawConsumerOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly handler: (order: OrderMessage) => Promise<void>;
}

type Way = (handle: (message: KafkaMessage) => Promise<void>) => ConsumerRunConfig;

/** One record of a partition after the other, the partitions side by side: order by partition, as kafkajs gives it. */
export const messageByMessage =
  (partitions: number): Way =>
  (handle) => ({
    partitionsConsumedConcurrently: partitions,
    eachMessage: ({ message }) => handle(message),
  });

/** All that came of a partition in a loop: what is fastest, and commits what it has read. */
export const batchByBatch: Way = (handle) => ({
  autoCommitInterval: 5000,
  eachBatch: async ({ batch }) => {
    for (const message of batch.messages) await handle(message);
  },
});

/** What is written on kafkajs by hand: the same JSON and the same schema, in a group of its own that begins with the topic. */
export async function startRawConsumer(options: RawConsumerOptions, way: Way): Promise<RawConsumer> {
  const { brokers, topic, handler } = options;
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `${topic}-by-hand-${performance.now()}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run(way((message) => handler(orderSchema.parse(JSON.parse(message.value?.toString() ?? '')))));
  return { close: () => consumer.disconnect() };
}
