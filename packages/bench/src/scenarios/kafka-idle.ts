import { setTimeout as sleep } from 'node:timers/promises';
import { createKafkaBacklog } from '../kafka/backlog-on-kafka.ts';
import { onKafka } from '../kafka/contest.ts';
import type { Measurement } from '../measurement.ts';

/** By then the group is shared and every connection open. */
const settleMs = 5000;
const seconds = 60;

/** What a worker costs that nobody sends anything to: fetches that wait, heartbeats, and nothing else. */
export const kafkaIdle = (): Promise<readonly Measurement[]> =>
  onKafka('kafka-idle', async (contest) => {
    const backlog = await createKafkaBacklog(contest, { messages: 100, keys: 10 });
    const bus = await backlog.workOff(async () => undefined, 64);
    await sleep(settleMs);
    const started = process.cpuUsage();
    await sleep(seconds * 1000);
    const { user, system } = process.cpuUsage(started);
    await bus.stop();
    const value = (user + system) / 1000 / (seconds / 10);
    return [
      {
        scenario: `Kafka, an idle worker for ${seconds} s`,
        figure: 'CPU in 10 s',
        value,
        unit: 'ms',
        bound: { kind: 'at-most', value: 20 },
      },
    ];
  });
