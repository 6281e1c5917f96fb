import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { readOptions } from '../../options.ts';
import type { KafkaTransportOptions } from '../../options.ts';
import type { KafkaClient } from '../kafka-client.ts';
import type { ProducerBatch, WireRecord } from '../kafka-producer.ts';
import { openKafkaClient } from '../open-kafka-client.ts';

export type ClientChoice = Pick<KafkaTransportOptions, 'client' | 'groupProtocol'>;

/** A topic of its own on a broker, with clients of one kind. */
export interface ClientStage {
  readonly topic: string;
  readonly groupId: string;
  readonly client: KafkaClient;
  /** One more client; `port` is where it connects to when that is not the broker itself. */
  readonly connect: (own?: Partial<KafkaTransportOptions>, port?: number) => Promise<KafkaClient>;
  /** Sends texts to one partition, in one batch. */
  readonly publish: (partition: number, texts: readonly string[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function openClientStage(address: string, choice: ClientChoice, partitions: number): Promise<ClientStage> {
  const { host, hostname } = new URL(address);
  const clients: KafkaClient[] = [];
  const connect: ClientStage['connect'] = async (own = {}, port) => {
    const brokers = [port === undefined ? host : `${hostname}:${port}`];
    const client = await openKafkaClient(readOptions({ brokers, requestTimeoutMs: 5000, ...choice, ...own }));
    clients.push(client);
    return client;
  };
  const client = await connect();
  const topic = `seam-${randomUUID().slice(0, 8)}`;
  await client.admin.createTopics([{ topic, partitions, replicas: 1, configuration: {} }]);
  const producer = await untilItWorks(client.openProducer);
  return {
    topic,
    groupId: `${topic}.group`,
    client,
    connect,
    publish: (partition, texts) => untilItWorks(() => producer.send(batchOf(topic, partition, texts))),
    close: async () => {
      await Promise.all(clients.map((one) => one.close()));
    },
  };
}

export const batchOf = (topic: string, partition: number, texts: readonly string[]): ProducerBatch => ({
  topic,
  partition,
  records: texts.map(recordOf),
  begin: () => true,
});

/** Of now: Kafka removes what is older than its retention when it looks for the first time, half a minute after its start. */
export const recordOf = (text: string): WireRecord => ({
  key: Buffer.from('key'),
  value: Buffer.from(text),
  headers: {},
  timestampMs: Date.now(),
});

/** A client tries once: a fresh topic has no leader for a moment, and a connection that was cut has to be found dead first. */
export async function untilItWorks<Result>(work: () => Promise<Result>, tries = 50): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (tries === 1) throw error;
    await sleep(100);
    return untilItWorks(work, tries - 1);
  }
}
