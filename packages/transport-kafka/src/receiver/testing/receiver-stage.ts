import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery, Receipt, TransportReceiver } from '@waybill/core/driver';
import kafkajs from 'kafkajs';
import type { Kafka } from 'kafkajs';
import type { KafkaAdmin } from '../../client/kafka-admin.ts';
import { createKafkajsClient } from '../../client/kafkajs/kafkajs-client.ts';
import { openKafkaClient } from '../../client/open-kafka-client.ts';
import { readOptions } from '../../options.ts';
import type { KafkaTransportOptions } from '../../options.ts';
import { openKafkaReceiver } from '../kafka-receiver.ts';
import type { KafkaReceiver } from '../kafka-receiver.ts';

export interface StageReceiver {
  readonly receiver: KafkaReceiver;
  /** What `onLost` was told, in its order. */
  readonly lost: Receipt[];
}

/** A topic as the topology makes it, a publisher of its own, and receivers that each have their client. */
export interface ReceiverStage {
  readonly topic: string;
  readonly groupId: string;
  /** For whatever is done the naive way. */
  readonly kafka: Kafka;
  readonly admin: KafkaAdmin;
  /** Publishes bodies in order and waits for the confirms. */
  readonly publish: (partition: number, key: string | null, bodies: readonly string[]) => Promise<void>;
  readonly open: (options?: Partial<KafkaTransportOptions>) => Promise<StageReceiver>;
  /** What the group has committed in all partitions; 0 where it has not. */
  readonly committed: () => Promise<number>;
  readonly close: () => Promise<void>;
}

/** `address` as the launcher gives it. */
export async function openReceiverStage(address: string, partitions: number): Promise<ReceiverStage> {
  const brokers = new URL(address).host.split(',');
  const topic = `stage-${randomUUID().slice(0, 8)}`;
  const groupId = `${topic}.group`;
  const kafka = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  const { admin, close: closeAdmin } = createKafkajsClient(readOptions({ brokers }));
  const closers: (() => Promise<void>)[] = [];
  await admin.createTopics([{ topic, partitions, replicas: 1, configuration: {} }]);
  await producer.connect();

  return {
    topic,
    groupId,
    kafka,
    admin,
    publish: async (partition, key, bodies) => {
      await producer.send({ topic, messages: bodies.map((value) => ({ partition, key, value })) });
    },
    open: async (options = {}) => {
      const settings = readOptions({ brokers, sessionTimeoutMs: 10_000, heartbeatMs: 500, ...options });
      const client = await openKafkaClient(settings);
      const lost: Receipt[] = [];
      const receiver = await openKafkaReceiver({
        ...settings,
        client,
        topic,
        groupId,
        startFrom: 'earliest',
        receiver: { leaseMs: 30_000, unsettledMax: 10_000, onLost: (receipts) => lost.push(...receipts) },
      });
      closers.push(async () => {
        await receiver.close();
        await client.close();
      });
      return { receiver, lost };
    },
    committed: async () => {
      const offsets = await admin.committedOf(groupId, topic);
      return [...offsets.values()].reduce((sum, offset) => sum + offset, 0);
    },
    close: async () => {
      await Promise.all(closers.map((close) => close()));
      await producer.disconnect();
      await closeAdmin();
    },
  };
}

/** Receives until `count` have come or `limitMs` is over; goes on after an error as core does, and keeps it. */
export async function receiveSome(
  receiver: Pick<TransportReceiver, 'receiveBatch'>,
  count: number,
  { limitMs = 30_000, errors = [] }: { readonly limitMs?: number; readonly errors?: unknown[] } = {},
): Promise<Delivery[]> {
  const received: Delivery[] = [];
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), limitMs);
  while (received.length < count && !controller.signal.aborted) {
    try {
      received.push(...(await receiver.receiveBatch(count - received.length, controller.signal)));
    } catch (error) {
      errors.push(error);
      await sleep(50);
    }
  }
  clearTimeout(timer);
  return received;
}

export function bodiesOf(deliveries: readonly Delivery[]): readonly string[] {
  return deliveries.map(({ message }) => Buffer.from(message.body).toString());
}

export function accept(receiver: Pick<TransportReceiver, 'settleBatch'>, deliveries: readonly Delivery[]) {
  return receiver.settleBatch(deliveries.map(({ receipt }) => ({ receipt, action: 'accept' })));
}

/** Looks again and again, for what a broker or a group needs its time for. */
export async function until(isSo: () => boolean | Promise<boolean>, limitMs = 60_000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error('It did not come about in time.');
    await sleep(50);
  }
}

export function numbered(count: number, prefix = 'm'): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
}
