import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import type { Delivery } from '@waybill/core/driver';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { accept, bodiesOf, numbered, openReceiverStage, receiveSome, until } from './testing/receiver-stage.ts';
import type { ReceiverStage, StageReceiver } from './testing/receiver-stage.ts';

const broker = await findBroker('kafka', 'the receiver on Kafka');

beforeEach(({ skip }) => skip(broker === undefined, 'Kafka cannot be had here.'));

afterAll(() => broker?.stop());

const timeout = 120_000;

const stageOf = async (partitions: number): Promise<ReceiverStage> => {
  const stage = await openReceiverStage(broker?.address ?? '', partitions);
  onTestFinished(() => stage.close());
  return stage;
};

test(
  'what was finished is not read again, and what was not comes again in its order, out-of-order work included',
  { timeout },
  async () => {
    const stage = await stageOf(1);
    await stage.publish(0, 'a', numbered(10));
    const first = await stage.open();
    const held = await receiveSome(first.receiver, 10);
    expect(bodiesOf(held)).toEqual(numbered(10));
    // A gap at the fourth: nothing behind it may be committed.
    await accept(first.receiver, [...held.slice(0, 3), ...held.slice(4, 9)]);
    await first.receiver.close();
    expect(await stage.committed()).toBe(3);
    expect(await accept(first.receiver, held.slice(3, 4))).toEqual([{ status: 'lost' }]);
    const second = await stage.open();
    const again = await receiveSome(second.receiver, 7);
    expect(bodiesOf(again)).toEqual(numbered(10).slice(3));
    await accept(second.receiver, again);
    await until(async () => (await stage.committed()) === 10);
  },
);

test('commits are made by interval while work goes on, and soon when all is done', { timeout }, async () => {
  const stage = await stageOf(1);
  await stage.publish(0, 'a', numbered(4));
  const { receiver } = await stage.open({ commitMs: 300 });
  const held = await receiveSome(receiver, 4);
  await accept(receiver, held.slice(0, 2));
  await until(async () => (await stage.committed()) === 2);
  await accept(receiver, held.slice(2));
  await until(async () => (await stage.committed()) === 4);
  expect(receiver.holdings()).toMatchObject([{ inFlight: 0, waiting: 0, oldestAtMs: undefined }]);
});

test(
  'a stuck key waits alone: thousands of others of its partition are handled and settled meanwhile (K5)',
  { timeout },
  async () => {
    const stage = await stageOf(1);
    await stage.publish(0, 'stuck', ['s1']);
    for (let round = 0; round < 10; round += 1) {
      await stage.publish(0, `k${round}`, numbered(200));
      await stage.publish(0, 'stuck', [`s${round + 2}`]);
    }
    const { receiver } = await stage.open();
    const [poison] = await receiveSome(receiver, 1);
    expect(bodiesOf([poison].flatMap((one) => one ?? []))).toEqual(['s1']);
    const release = async (delivery: Delivery | undefined, delayMs: number): Promise<void> => {
      if (delivery !== undefined)
        await receiver.settleBatch([{ receipt: delivery.receipt, action: 'release', delayMs }]);
    };
    await release(poison, 3000);
    const releasedAtMs = performance.now();
    let handled = 0;
    while (handled < 2000) {
      const deliveries = await receiveSome(receiver, 1);
      expect(deliveries.map(({ message }) => message.key)).not.toContain('stuck');
      handled += deliveries.length;
      await accept(receiver, deliveries);
    }
    expect(await stage.committed()).toBe(0);
    const rest = await receiveSome(receiver, 11);
    expect(performance.now() - releasedAtMs).toBeGreaterThanOrEqual(2990);
    expect(bodiesOf(rest)).toEqual(numbered(11, 's'));
    expect(rest.map(({ attempt }) => attempt)).toEqual([2, ...Array.from({ length: 10 }, () => 1)]);
    await accept(receiver, rest);
    await until(async () => (await stage.committed()) === 2011);
  },
);

/** Consumes with commits, and stops as a process does that is killed: without a word. */
const untilKilled = async (
  { receiver }: StageReceiver,
  stage: ReceiverStage,
  dies: number,
): Promise<readonly string[]> => {
  const deliveries = await receiveSome(receiver, 20);
  const done = deliveries.filter((delivery) => bodiesOf([delivery])[0] !== `m${dies}`);
  await accept(receiver, done);
  await until(async () => (await stage.committed()) === dies - 1);
  return bodiesOf(done);
};

test(
  'handing work to others and committing what was read loses it; the prefix of what is done does not (K4)',
  { timeout },
  async () => {
    const stage = await stageOf(1);
    await stage.publish(0, 'a', numbered(20));
    const naive = stage.kafka.consumer({ groupId: 'naive', maxWaitTimeInMs: 100 });
    const naivelyDone: string[] = [];
    await naive.connect();
    await naive.subscribe({ topic: stage.topic, fromBeginning: true });
    await naive.run({
      autoCommitInterval: 100,
      // Work elsewhere: all but one of them have ended when the process does.
      eachMessage: async ({ message }) => {
        if (message.value?.toString() !== 'm5') naivelyDone.push(message.value?.toString() ?? '');
      },
    });
    await until(() => naivelyDone.length === 19);
    await until(async () => (await stage.admin.committedOf('naive', stage.topic)).get(0) === 20);
    await naive.disconnect();
    expect(naivelyDone).not.toContain('m5');

    const done = await untilKilled(await stage.open({ commitMs: 100 }), stage, 5);
    expect(done).toHaveLength(19);
    expect((await stage.admin.committedOf(stage.groupId, stage.topic)).get(0)).toBe(4);
  },
);

test(
  'no more is read than may wait here, however much there is, and all of it comes in the end',
  { timeout },
  async () => {
    const stage = await stageOf(2);
    const bodies = Array.from({ length: 5 }, () => 'x'.repeat(10_000));
    for (let round = 0; round < 100; round += 1) {
      await Promise.all([0, 1].map((partition) => stage.publish(partition, `k${partition}`, bodies)));
    }
    const partitionBytesMax = 100_000;
    const { receiver } = await stage.open({ partitionBytesMax, windowMax: 500 });
    await until(() => receiver.holdings().every(({ waiting }) => waiting > 0));
    await sleep(1000);
    // Four fetches, and one that was under way.
    for (const { waiting } of receiver.holdings()) expect(waiting).toBeLessThanOrEqual(51);
    let handled = 0;
    while (handled < 1000) {
      const deliveries = await receiveSome(receiver, 100);
      handled += deliveries.length;
      await accept(receiver, deliveries);
    }
    expect(await receiveSome(receiver, 1, { limitMs: 300 })).toEqual([]);
  },
);

test('one unfinished record stops its partition at the window, and no other partition', { timeout }, async () => {
  const stage = await stageOf(2);
  for (let from = 0; from < 300; from += 20) {
    const bodies = numbered(300).slice(from, from + 20);
    await Promise.all(
      [0, 1].map((one) =>
        stage.publish(
          one,
          null,
          bodies.map((body) => `p${one}-${body}`),
        ),
      ),
    );
  }
  const { receiver } = await stage.open({ windowMax: 100, partitionBytesMax: 1024 });
  const handled = new Map<number, number>([
    [0, 0],
    [1, 0],
  ]);
  let stuck: Delivery | undefined;
  await until(async () => {
    for (const delivery of await receiveSome(receiver, 50, { limitMs: 200 })) {
      const [body = ''] = bodiesOf([delivery]);
      if (body === 'p0-m1') stuck = delivery;
      else await accept(receiver, [delivery]);
      const partition = Number(body.at(1));
      handled.set(partition, (handled.get(partition) ?? 0) + 1);
    }
    return handled.get(1) === 300 && (await receiveSome(receiver, 1, { limitMs: 500 })).length === 0;
  });
  expect(handled.get(0)).toBeGreaterThanOrEqual(99);
  expect(handled.get(0)).toBeLessThan(200);
  await accept(
    receiver,
    [stuck].flatMap((one) => one ?? []),
  );
  const rest: Delivery[] = [];
  while (rest.length < 300 - (handled.get(0) ?? 0)) {
    const deliveries = await receiveSome(receiver, 1);
    rest.push(...deliveries);
    await accept(receiver, deliveries);
  }
  expect(bodiesOf(rest).at(-1)).toBe('p0-m300');
});

test(
  'offsets that are no more are left out: what the log still has comes, from its beginning',
  { timeout },
  async () => {
    const stage = await stageOf(1);
    await stage.publish(0, 'a', numbered(20));
    const admin = stage.kafka.admin();
    await admin.connect();
    onTestFinished(() => admin.disconnect());
    await admin.setOffsets({ groupId: stage.groupId, topic: stage.topic, partitions: [{ partition: 0, offset: '5' }] });
    await admin.deleteTopicRecords({ topic: stage.topic, partitions: [{ partition: 0, offset: '10' }] });
    const { receiver, lost } = await stage.open();
    const received = await receiveSome(receiver, 10);
    expect(bodiesOf(received)).toEqual(numbered(20).slice(10));
    await accept(receiver, received);
    await until(async () => (await stage.committed()) === 20);
    expect(lost).toEqual([]);
  },
);

test(
  'a topic that is deleted under way is an error with a code, and read from its beginning once it is there again',
  { timeout: 180_000 },
  async () => {
    const stage = await stageOf(1);
    await stage.publish(0, 'a', numbered(5, 'old'));
    const { receiver, lost } = await stage.open({ sessionTimeoutMs: 6000 });
    const held = await receiveSome(receiver, 5);
    await accept(receiver, held.slice(0, 2));
    await until(async () => (await stage.committed()) === 2);
    const admin = stage.kafka.admin();
    await admin.connect();
    onTestFinished(() => admin.disconnect());
    await admin.deleteTopics({ topics: [stage.topic] });
    const errors: unknown[] = [];
    await until(async () => {
      await receiveSome(receiver, 1, { limitMs: 500, errors });
      return errors.length > 0;
    });
    expect(['not-found', 'unavailable']).toContain(errorCodeOf(errors[0]));
    expect(lost.length).toBeGreaterThanOrEqual(3);
    await stage.admin.createTopics([{ topic: stage.topic, partitions: 1, replicas: 1, configuration: {} }]);
    await until(async () => {
      await stage.publish(0, 'a', ['new']);
      return (await receiveSome(receiver, 1, { limitMs: 2000, errors })).some(
        (delivery) => bodiesOf([delivery])[0] === 'new',
      );
    });
  },
);

test('a receive waits no longer than its signal, and a closed receiver says so', { timeout }, async () => {
  const stage = await stageOf(1);
  const { receiver } = await stage.open();
  expect(await receiveSome(receiver, 1, { limitMs: 100 })).toEqual([]);
  const waiting = receiver.receiveBatch(1, new AbortController().signal).catch((error: unknown) => error);
  await receiver.close();
  await receiver.close();
  expect(await waiting).toMatchObject({ reason: 'closed' });
});
