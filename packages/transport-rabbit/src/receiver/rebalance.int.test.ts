import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { jumpsOf, repeatsOf, settledCount } from '@waybill/conformance/recording';
import type { RecordingConsumer, Start } from '@waybill/conformance/recording';
import type { Delivery } from '@waybill/core/driver';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { openTransportStage } from '../testing/transport-stage.ts';
import { accept, openReceiverStage, receiveSome } from './testing/receiver-stage.ts';
import type { ReceiverStage, StageReceiver, StageReceiverOptions } from './testing/receiver-stage.ts';

const broker = await findBroker('rabbitmq', 'how instances share the queues of RabbitMQ');

beforeEach(({ skip }) => skip(broker === undefined, 'RabbitMQ cannot be had here.'));
afterAll(() => broker?.stop());

const quick = { rebalanceMs: 200 } as const;

const stageOf = async (partitions: number): Promise<ReceiverStage> => {
  const stage = await openReceiverStage(broker?.address ?? '', partitions);
  onTestFinished(() => stage.close());
  return stage;
};

/** A receiver that settles everything at once, and so comes to know what it is active on. */
const work = async (stage: ReceiverStage, options: StageReceiverOptions = quick): Promise<StageReceiver> => {
  const opened = await stage.open(options);
  const stopped = new AbortController();
  const working = (async () => {
    while (!stopped.signal.aborted) {
      await accept(opened.receiver, await opened.receiver.receiveBatch(100, stopped.signal));
    }
  })();
  onTestFinished(async () => {
    stopped.abort();
    await working;
  });
  return opened;
};

const activeCount = ({ receiver }: StageReceiver): number =>
  receiver.holdings().filter(({ isActive }) => isActive).length;

/** Publishes to every queue until the instances are active on so many. */
const untilShared = async (stage: ReceiverStage, instances: readonly StageReceiver[], wanted: readonly number[]) => {
  const sorted = () => instances.map(activeCount).toSorted((one, other) => one - other);
  const untilMs = performance.now() + 15_000;
  while (sorted().join() !== wanted.join() && performance.now() < untilMs) {
    for (const partition of stage.queues.keys()) await stage.publish(partition, `k${partition}`, ['m']);
    await sleep(50);
  }
  expect(sorted()).toEqual(wanted);
};

test(
  'instances that come one after the other end with fair shares, also where these are not even',
  { timeout: 60_000 },
  async () => {
    const stage = await stageOf(8);
    const instances = [await work(stage)];
    await untilShared(stage, instances, [8]);
    for (const shares of [
      [4, 4],
      [2, 3, 3],
      [2, 2, 2, 2],
      [1, 1, 2, 2, 2],
    ]) {
      instances.push(await work(stage));
      await untilShared(stage, instances, shares);
    }
    expect(instances.flatMap(({ lost }) => lost)).toEqual([]);
  },
);

test('what an idle first instance was alone with is shared as well', { timeout: 30_000 }, async () => {
  const stage = await stageOf(4);
  const first = await stage.open(quick);
  expect(activeCount(first)).toBe(4);
  await stage.open(quick);
  const untilMs = performance.now() + 10_000;
  while (activeCount(first) > 2 && performance.now() < untilMs) await sleep(20);
  expect(activeCount(first)).toBe(2);
  await sleep(1000);
  expect(activeCount(first)).toBe(2);
});

test(
  'what waits is not handed on and on, as long as nobody works on it: its deliveries would count up to those of a killer',
  { timeout: 30_000 },
  async () => {
    const stage = await stageOf(3);
    // In the same instant, so that both may believe to be the first everywhere.
    const instances = await Promise.all([stage.open({ rebalanceMs: 50 }), stage.open({ rebalanceMs: 50 })]);
    for (const partition of stage.queues.keys()) await stage.publish(partition, `k${partition}`, ['1', '2', '3']);
    await sleep(3000);
    const received = await Promise.all(
      instances.map(async ({ receiver }) => {
        const deliveries: Delivery[] = [];
        for (let batch = await receiveSome(receiver, 1, 1000); batch.length > 0;) {
          await accept(receiver, batch);
          deliveries.push(...batch);
          batch = await receiveSome(receiver, 1, 1000);
        }
        return deliveries;
      }),
    );
    expect(received.flat()).toHaveLength(9);
    // Once by its first holder, and perhaps once more when the third queue moves, which two instances cannot share.
    expect(Math.max(...received.flat().map(({ attempt }) => attempt))).toBeLessThanOrEqual(3);
  },
);

test('a queue waits for what core holds of it, and moves on with the rest in order', { timeout: 30_000 }, async () => {
  const stage = await stageOf(2);
  const first = await stage.open({ ...quick, unsettledMax: 20 });
  for (const partition of [0, 1]) await stage.publish(partition, `k${partition}`, ['1', '2', '3', '4']);
  const arrived = (): number => first.receiver.holdings().reduce((sum, { count }) => sum + count, 0);
  while (arrived() < 8) await sleep(10);
  // Two of each.
  const held = await receiveSome(first.receiver, 4);
  const second = await stage.open(quick);
  expect(await receiveSome(second.receiver, 1, 1500)).toEqual([]);
  expect((await accept(first.receiver, held)).every(({ status }) => status === 'settled')).toBe(true);
  const moved = await receiveSome(second.receiver, 2);
  expect(new Set(moved.map(({ message }) => message.key)).size).toBe(1);
  const bodies = moved.map(({ message }) => Number(Buffer.from(message.body).toString()));
  const key = moved[0]?.message.key;
  const before = held.filter(({ message }) => message.key === key).length;
  expect(bodies).toEqual([before + 1, before + 2]);
  expect(first.lost).toEqual([]);
});

test.each([{ queueType: 'quorum' }, { queueType: 'classic' }] as const)(
  'instances added under load get their share; no key loses its order, nothing is lost and nothing is handled twice: $queueType',
  { timeout: 60_000 },
  async ({ queueType }) => {
    const stage = await openTransportStage(broker?.address ?? '', { queueType, partitions: 8, ...quick });
    onTestFinished(() => stage.close());
    const keys = Array.from({ length: 32 }, (_, index) => `key-${index}`);
    const consume = (): Promise<RecordingConsumer> => stage.consume({ workMs: 3, unsettledMax: 80 });
    const instances = [await consume()];
    await stage.publish(keys, 5);
    for (let round = 0; round < 8; round += 1) {
      if (round === 1 || round === 3) instances.push(await consume());
      await stage.publish(keys, 20);
      await sleep(300);
    }
    await stage.untilSettled();
    const { length: partly } = stage.log;
    await stage.publish(keys, 20);
    await stage.untilSettled();
    await Promise.all(instances.map((instance) => instance.stop()));

    expect(settledCount(stage.log)).toBe(stage.published());
    expect(jumpsOf(stage.log)).toEqual([]);
    expect(repeatsOf(stage.log)).toEqual([]);
    expect(stage.log.filter(({ outcome }) => outcome !== 'settled')).toEqual([]);
    expect(stage.log).toHaveLength(stage.published());
    expect(instances.flatMap(({ errors }) => errors)).toEqual([]);
    expect(namesIn(stage.log.slice(partly))).toEqual(['consumer-1', 'consumer-2', 'consumer-3']);
  },
);

const namesIn = (log: readonly Start[]): readonly string[] =>
  [...new Set(log.map(({ consumer }) => consumer))].toSorted();
