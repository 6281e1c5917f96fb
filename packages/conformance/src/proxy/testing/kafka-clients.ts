import { Consumer, Producer } from '@platformatic/kafka';
import { openKafka, readAll } from '../../brokers/testing/kafka-client.ts';

/** As much of a client of Kafka as the tests of the proxy need. It never tries again by itself. */
export interface KafkaTestClient {
  /** Resolves when the broker has confirmed the text, in partition 0 unless another is named. */
  readonly send: (value: string, partition?: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface KafkaTestClientKind {
  /** @param requestTimeoutMs how long an answer may take. Default: 10 000 */
  readonly open: (addresses: readonly string[], topic: string, requestTimeoutMs?: number) => Promise<KafkaTestClient>;
  /** Joins a group and reads a topic from its beginning until it has so many texts. */
  readonly read: (addresses: readonly string[], topic: string, count: number) => Promise<readonly string[]>;
}

/** The two clients that the transport runs on, by their names. */
export const kafkaTestClients: Readonly<Record<'kafkajs' | '@platformatic/kafka', KafkaTestClientKind>> = {
  kafkajs: {
    open: async (addresses, topic, requestTimeoutMs = 10_000) => {
      const kafka = openKafka(addresses, { requestTimeout: requestTimeoutMs, retry: { retries: 0 } });
      const producer = kafka.producer({ retry: { retries: 0 } });
      await producer.connect();
      return {
        send: async (value, partition = 0) => {
          await producer.send({ topic, messages: [{ value, partition }] });
        },
        close: () => producer.disconnect(),
      };
    },
    read: (addresses, topic) => readAll(openKafka(addresses), topic),
  },
  '@platformatic/kafka': {
    open: async (addresses, topic, requestTimeoutMs = 10_000) => {
      const producer = new Producer({
        clientId: 'waybill',
        bootstrapBrokers: [...addresses],
        retries: 0,
        requestTimeout: requestTimeoutMs,
      });
      return {
        send: async (value, partition = 0) => {
          // Said to the producer, it would be forgotten: a send without it waits for the leader only.
          await producer.send({ acks: -1, messages: [{ topic, partition, value: Buffer.from(value) }] });
        },
        close: () => producer.close(),
      };
    },
    read: async (addresses, topic, count) => {
      const consumer = new Consumer({
        clientId: 'waybill',
        groupId: `reads-${topic}`,
        bootstrapBrokers: [...addresses],
        maxWaitTime: 100,
      });
      const stream = await consumer.consume({ topics: [topic], mode: 'earliest' });
      const found: { readonly partition: number; readonly value: string }[] = [];
      for await (const { partition, value } of stream) {
        found.push({ partition, value: value.toString() });
        if (found.length === count) break;
      }
      await consumer.close(true);
      return found.toSorted((one, two) => one.partition - two.partition).map(({ value }) => value);
    },
  },
};
