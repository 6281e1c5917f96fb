import kafkajs from 'kafkajs';
import type { Producer } from 'kafkajs';

/** The idempotent producer of kafkajs as its manual has it. */
export async function openNaiveProducer(brokers: readonly string[]): Promise<Producer> {
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
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

/** What the producer has confirmed; each record is named `key:number`. What it has refused is left out, and not sent again. */
export async function sendNaively(producer: Producer, load: NaiveLoad): Promise<readonly string[]> {
  const { topic, callers, batch, records, partitions, partitionCount, after } = load;
  let hasRun = after === undefined;
  const confirmed: string[] = [];
  let sent = 0;
  const caller = async (number: number): Promise<void> => {
    for (let at = 0; sent < records; at += 1) {
      sent += batch;
      const messages = Array.from({ length: batch }, (_, place) => {
        const partition = (partitions === 'own' ? number : place) % partitionCount;
        return { value: `k${number}-${partition}:${at * batch + place + 1}`, partition };
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
