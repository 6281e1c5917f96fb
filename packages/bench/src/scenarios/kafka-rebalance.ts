import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@waybill/core';
import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import { createKafkaBacklog } from '../kafka/backlog-on-kafka.ts';
import type { KafkaBacklog } from '../kafka/backlog-on-kafka.ts';
import { onKafka } from '../kafka/contest.ts';
import type { Measurement } from '../measurement.ts';
import { median } from '../statistics.ts';

const messages = 30_000;
const keys = 8000;
const inFlight = 1000;
const workMs = 1000;
const rounds = 3;

/** One more worker comes while a thousand messages are being handled: how long after the group is stable again until both of them begin the next. */
export const kafkaRebalance = (): Promise<readonly Measurement[]> =>
  onKafka('kafka-rebalance', async (contest) => {
    const admin = new kafkajs.Kafka({ brokers: [...contest.brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    const figures: Resumption[] = [];
    while (figures.length < rounds) {
      const backlog = await createKafkaBacklog(contest, { messages, keys });
      figures.push(await joinAnother(admin, backlog));
    }
    await admin.disconnect();
    const scenario = `Kafka, a worker joins with ${inFlight} in flight`;
    const line = (figure: string, values: readonly number[], bound?: number): Measurement => ({
      scenario,
      figure,
      value: median(values),
      unit: 'ms',
      bound: bound === undefined ? undefined : { kind: 'at-most', value: bound },
    });
    return [
      line(
        'from its start until the group is stable',
        figures.map(({ stableMs }) => stableMs),
      ),
      line(
        'until the one that stays begins a message',
        figures.map(({ stayedMs }) => stayedMs),
        2000,
      ),
      line(
        'until the one that came begins a message',
        figures.map(({ cameMs }) => cameMs),
        2000,
      ),
    ];
  });

interface Resumption {
  readonly stableMs: number;
  readonly stayedMs: number;
  readonly cameMs: number;
}

async function joinAnother(admin: Admin, backlog: KafkaBacklog): Promise<Resumption> {
  const stays = await startWorker(backlog);
  while (stays.starts.length < 2 * inFlight) await sleep(20);
  const startedAtMs = performance.now();
  const comes = await startWorker(backlog);
  await untilStable(admin, `${backlog.topic}.handler`);
  const stableAtMs = performance.now();
  const resumption = {
    stableMs: stableAtMs - startedAtMs,
    stayedMs: (await firstFrom(stays.starts, stableAtMs)) - stableAtMs,
    cameMs: Math.max(0, (await firstFrom(comes.starts, 0)) - stableAtMs),
  };
  await Promise.all([stays.bus.stop(), comes.bus.stop()]);
  return resumption;
}

interface Worker {
  readonly bus: Bus;
  /** When each message was begun, by the machine's monotonic clock. */
  readonly starts: readonly number[];
}

async function startWorker(backlog: KafkaBacklog): Promise<Worker> {
  const starts: number[] = [];
  const bus = await backlog.workOff(async () => {
    starts.push(performance.now());
    await sleep(workMs);
  }, inFlight);
  return { bus, starts };
}

/** As the broker says, asked every few milliseconds. */
async function untilStable(admin: Admin, groupId: string): Promise<void> {
  const isStable = async (): Promise<boolean> => {
    const { groups } = await admin.describeGroups([groupId]);
    return groups.some(({ state, members }) => state === 'Stable' && members.length === 2);
  };
  while (!(await isStable())) await sleep(10);
}

async function firstFrom(starts: readonly number[], fromMs: number): Promise<number> {
  for (;;) {
    const first = starts.find((atMs) => atMs >= fromMs);
    if (first !== undefined) return first;
    await sleep(10);
  }
}
