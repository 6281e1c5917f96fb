import { setTimeout as sleep } from 'node:timers/promises';
import { createKafkaBacklog } from '../kafka/backlog-on-kafka.ts';
import { onKafka } from '../kafka/contest.ts';
import { liveMemory } from '../live-memory.ts';
import type { Measurement } from '../measurement.ts';

const messages = 100_000;
const note = 'x'.repeat(9500);
const keys = 10_000;
const concurrency = 100;
const samples = 8;
/** One record that is not finished stops its partition at the window of 10,000; everything else is worked off. */
const reachable = messages * 0.95;
/** What waits in eight partitions, what the bus holds in lanes, at 10 kB and their parsed form, and answers on their way. */
const growthMiBMax = 96;

/** A backlog of 100,000 messages of 10 kB behind one key whose first message is never finished: what is held of it stays the same. */
export const kafkaBacklog = (): Promise<readonly Measurement[]> =>
  onKafka('kafka-backlog', async (contest) => {
    const backlog = await createKafkaBacklog(contest, { messages, keys, note });
    const before = await liveMemory();
    const stuck = Promise.withResolvers<void>();
    let handled = 0;
    const bus = await backlog.workOff(async ({ orderId }) => {
      if (orderId === 'order-0') await stuck.promise;
      handled += 1;
    }, concurrency);
    const during: number[] = [];
    while (during.length < samples) {
      await sleep(20);
      if (handled >= (reachable / samples) * (during.length + 0.5)) during.push(await liveMemory());
    }
    stuck.resolve();
    while (handled < messages) await sleep(20);
    await bus.stop();
    const scenario = 'Kafka, 100,000 × 10 kB behind one stuck key';
    const [first = 0] = during;
    return [
      { scenario, figure: 'live memory before', value: before, unit: 'MiB', bound: undefined },
      { scenario, figure: 'at the first eighth', value: first, unit: 'MiB', bound: undefined },
      {
        scenario,
        figure: 'most of it while it is worked off',
        value: Math.max(...during),
        unit: 'MiB',
        bound: { kind: 'at-most', value: before + growthMiBMax },
      },
      {
        scenario,
        figure: 'at the last eighth',
        value: during.at(-1) ?? 0,
        unit: 'MiB',
        bound: { kind: 'at-most', value: first + 24 },
      },
    ];
  });
