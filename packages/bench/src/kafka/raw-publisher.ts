import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import { orderSchema } from '../order-message.ts';
import type { OrderMessage } from '../order-message.ts';
import type { SendShape } from './send-shapes.ts';

/** What a careful engineer writes by hand on kafkajs: acks −1, the key's partition, JSON and the schema. */
export interface RawPublisher {
  readonly publish: (order: OrderMessage) => Promise<void>;
  /** Deletes the topic. */
  readonly close: () => Promise<void>;
}

export interface RawPublisherOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly partitions: number;
  readonly shape: SendShape;
  readonly idempotent: boolean;
  /** What is sent beside the body and the key; default nothing. */
  readonly headersOf?: (order: OrderMessage, published: number) => Readonly<Record<string, string>>;
}

export async function openRawPublisher(options: RawPublisherOptions): Promise<RawPublisher> {
  const { brokers, topic, partitions, shape, idempotent, headersOf } = options;
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await createTopic(admin, topic, partitions);
  const createPartitioner = kafkajs.Partitioners.DefaultPartitioner;
  const producer = kafka.producer({ idempotent, createPartitioner, ...(idempotent && { maxInFlightRequests: 1 }) });
  await producer.connect();
  const send = shape(producer, topic);
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));
  const partitionOf = createPartitioner();
  let published = 0;

  return {
    publish: (order) => {
      published += 1;
      const value = JSON.stringify(orderSchema.parse(order));
      const message = {
        key: order.orderId,
        value,
        ...(headersOf !== undefined && { headers: headersOf(order, published) }),
      };
      return send(message, partitionOf({ topic, partitionMetadata, message }));
    },
    close: async () => {
      await producer.disconnect();
      await admin.deleteTopics({ topics: [topic] });
      await admin.disconnect();
    },
  };
}

/** kafkajs's own wait for the leaders gives up where a broker has not heard of the topic yet. */
async function createTopic(admin: Admin, topic: string, partitions: number): Promise<void> {
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: false });
  for (let tries = 0; tries < 100; tries += 1) {
    const known = await admin.fetchTopicMetadata({ topics: [topic] }).catch(() => undefined);
    if (known?.topics[0]?.partitions.length === partitions) return;
    await sleep(50);
  }
}
