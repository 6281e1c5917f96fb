import kafkajs from 'kafkajs';
import type { Producer, ProducerConfig } from 'kafkajs';

/** The idempotent producer of kafkajs as its manual has it. */
export const openNaiveProducer = (brokers: readonly string[]): Promise<Producer> =>
  openPlainProducer(brokers, { idempotent: true, maxInFlightRequests: 1 });

/** Any producer of kafkajs; by default neither idempotent nor careful. */
export async function openPlainProducer(brokers: readonly string[], config: ProducerConfig = {}): Promise<Producer> {
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const producer = kafka.producer({ ...config, createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  return producer;
}

export interface NaiveLoad {
  readonly topic: string;
  /** Sends under way at once. */
  readonly callers: number;
  readonly batch: number;
  readonly records: number;
  /** One each caller, or all of them in every send. */
  readonly partitions: 'own' | 'all';
  readonly partitionCount: number;
  /** Called once this many are confirmed. */
  readonly after?: { readonly confirmed: number; readonly run: () => void };
}

/** What any client's producer can be made to be. */
export interface NaiveSender {
  readonly send: (record: {
    readonly topic: string;
    readonly messages: { readonly value: string; readonly partition: number }[];
  }) => Promise<unknown>;
}

/**
 * What the producer has confirmed; each record is named `key:number`, where a partition is one key, numbered in the order of the calls. What it has
 * refused is left out, and not sent again.
 */
export async function sendNaively(producer: NaiveSender, load: NaiveLoad): Promise<readonly string[]> {
  const { topic, callers, batch, records, partitions, partitionCount, after } = load;
  let hasRun = after === undefined;
  const confirmed: string[] = [];
  const numbers = new Map<number, number>();
  let sent = 0;
  const caller = async (number: number): Promise<void> => {
    while (sent < records) {
      sent += batch;
      const messages = Array.from({ length: batch }, (_, place) => {
        const partition = (partitions === 'own' ? number : place) % partitionCount;
        const next = (numbers.get(partition) ?? 0) + 1;
        numbers.set(partition, next);
        return { value: `k${partition}:${next}`, partition };
      });
      try {
        await producer.send({ topic, messages });
        confirmed.push(...messages.map(({ value }) => value));
        if (!hasRun && confirmed.length >= (after?.confirmed ?? Infinity)) {
          hasRun = true;
          after?.run();
        }
      } catch {
        // Its caller would have to decide what to do: here it gives up.
      }
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, number) => caller(number)));
  return confirmed;
}
