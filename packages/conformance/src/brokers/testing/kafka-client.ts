import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type Admin, type ITopicConfig, type Kafka, type KafkaConfig } from 'kafkajs';

/** A client of its own for the tests of the launcher and the proxy: it says nothing, and asks again quickly. */
export function openKafka(addresses: string | readonly string[], config: Partial<KafkaConfig> = {}): Kafka {
  const brokers = typeof addresses === 'string' ? [new URL(addresses).host] : [...addresses];
  return new kafkajs.Kafka({
    brokers,
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 20 },
    ...config,
  });
}

/**
 * Creates it, where it is not there, and waits until every broker tells who leads it: one that has not heard of it yet says that there is none,
 * and any may be asked next.
 */
export async function createTopic(kafka: Kafka, wanted: ITopicConfig): Promise<void> {
  const brokers = await administer(kafka, async (admin) => {
    // Its own wait for leaders gives up at the first such answer.
    await admin.createTopics({ topics: [wanted], waitForLeaders: false });
    return (await admin.describeCluster()).brokers;
  });
  await Promise.all(brokers.map(({ host, port }) => untilLedAt(`${host}:${port}`, wanted.topic)));
}

async function untilLedAt(address: string, topic: string): Promise<void> {
  const untilMs = performance.now() + 30_000;
  // The first question over new connections is answered by the broker whose address was given.
  const ask = () => administer(openKafka([address]), (admin) => admin.fetchTopicMetadata({ topics: [topic] }));
  for (;;) {
    const known = await ask().catch(() => undefined);
    const partitions = known?.topics[0]?.partitions ?? [];
    if (partitions.length > 0 && partitions.every(({ leader }) => leader >= 0)) return;
    if (performance.now() > untilMs) throw new Error(`Nobody leads ${topic} as the broker at ${address} knows it.`);
    await sleep(50);
  }
}

/** Over connections of its own, which are closed. */
async function administer<Result>(kafka: Kafka, work: (admin: Admin) => Promise<Result>): Promise<Result> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Writes texts to a topic one after the other, which is created where it is not there. */
export async function writeAll(kafka: Kafka, topic: string, values: readonly string[], partitions = 1): Promise<void> {
  await createTopic(kafka, { topic, numPartitions: partitions });
  const producer = kafka.producer({ retry: { retries: 3 } });
  await producer.connect();
  try {
    for (const value of values) await producer.send({ topic, messages: [{ value, partition: 0 }] });
  } finally {
    await producer.disconnect();
  }
}

/** Everything that a topic has, by partition and in the order of each. */
export async function readAll(kafka: Kafka, topic: string): Promise<readonly string[]> {
  const ends = await administer(kafka, (admin) => admin.fetchTopicOffsets(topic));
  const wanted = ends.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0);
  const consumer = kafka.consumer({ groupId: `reads-${topic}`, maxWaitTimeInMs: 100 });
  const found: { readonly partition: number; readonly value: string }[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const complete = new Promise<void>((resolve, reject) => {
    if (wanted === 0) resolve();
    // Not where the group's coordinator is still loading: it begins again by itself.
    consumer.on('consumer.crash', ({ payload }) => !payload.restart && reject(payload.error));
    const run = consumer.run({
      autoCommit: false,
      eachMessage: async ({ partition, message }) => {
        found.push({ partition, value: message.value?.toString() ?? '' });
        if (found.length === wanted) resolve();
      },
    });
    run.catch(reject);
  });
  try {
    await complete;
  } finally {
    await consumer.disconnect();
  }
  return found.toSorted((one, two) => one.partition - two.partition).map(({ value }) => value);
}
