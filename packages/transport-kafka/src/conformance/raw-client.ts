import kafkajs from 'kafkajs';
import type { Admin, Kafka, Producer } from 'kafkajs';

/** The plain library on connections of its own, past the driver under test. */
export interface RawClient {
  readonly kafka: Kafka;
  readonly admin: () => Promise<Admin>;
  readonly producer: () => Promise<Producer>;
  readonly close: () => Promise<void>;
}

export function createRawClient(address: string): RawClient {
  const kafka = new kafkajs.Kafka({
    brokers: [new URL(address).host],
    clientId: 'suite-raw',
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const admin = kafka.admin();
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  let adminReady: Promise<void> | undefined;
  let producerReady: Promise<void> | undefined;
  return {
    kafka,
    admin: async () => {
      await (adminReady ??= admin.connect());
      return admin;
    },
    producer: async () => {
      await (producerReady ??= producer.connect());
      return producer;
    },
    close: async () => {
      await Promise.all([admin.disconnect(), producer.disconnect()]);
    },
  };
}
