import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { createKafkaBacklog } from '../kafka/backlog-on-kafka.ts';
import { onKafka } from '../kafka/contest.ts';
import { batchByBatch, startRawConsumer } from '../kafka/kafka-consumers.ts';
import { liveMemory } from '../live-memory.ts';
import type { Measurement } from '../measurement.ts';

/** By then the group is shared and every connection open. */
const settleMs = 5000;
const seconds = 30;
const handler = async (): Promise<void> => undefined;

/** What a worker costs that nobody sends anything to: fetches that wait, heartbeats, and nothing else. kafkajs first, which the transport quiets. */
export const kafkaIdle = (): Promise<readonly Measurement[]> =>
  onKafka('kafka-idle', async (contest) => {
    const { brokers, freshName } = contest;
    const topic = freshName();
    await createTopic(brokers, topic);
    const byHand = await startRawConsumer({ brokers, topic, handler }, batchByBatch);
    const raw = await cpuMs();
    await byHand.close();
    const backlog = await createKafkaBacklog(contest, { messages: 100, keys: 10 });
    const bus = await backlog.workOff(handler, 64);
    const value = await cpuMs();
    await bus.stop();
    const scenario = `Kafka, an idle worker for ${seconds} s`;
    return [
      { scenario, figure: 'CPU in 10 s, kafkajs by hand', value: raw, unit: 'ms', bound: undefined },
      { scenario, figure: 'CPU in 10 s, bus', value, unit: 'ms', bound: { kind: 'at-most', value: 20 } },
    ];
  });

async function cpuMs(): Promise<number> {
  await sleep(settleMs);
  // What its start has left behind is collected once, some seconds later, and belongs to no ten seconds.
  await liveMemory();
  const started = process.cpuUsage();
  await sleep(seconds * 1000);
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000 / (seconds / 10);
}

async function createTopic(brokers: readonly string[], topic: string): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 8 }] });
  await admin.disconnect();
}
