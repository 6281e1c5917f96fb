import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs, { type ITopicConfig, type Kafka, type KafkaConfig } from 'kafkajs';

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

/** Creates it, where it is not there, and waits until a broker tells who leads it: one that has not heard of it yet says that there is none. */
export async function createTopic(kafka: Kafka, wanted: ITopicConfig): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    // Its own wait for leaders gives up at that answer.
    await admin.createTopics({ topics: [wanted], waitForLeaders: false });
    const untilMs = performance.now() + 30_000;
    for (;;) {
      const known = await admin.fetchTopicMetadata({ topics: [wanted.topic] }).catch(() => undefined);
      const partitions = known?.topics[0]?.partitions ?? [];
      if (partitions.length > 0 && partitions.every(({ leader }) => leader >= 0)) return;
      if (performance.now() > untilMs) throw new Error(`Nobody leads ${wanted.topic}.`);
      await sleep(50);
    }
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
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
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
