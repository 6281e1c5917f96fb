import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import type { Delivery, SettleOutcome } from '@waybill/core/driver';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { createRabbitAdmin } from '../testing/rabbit-admin.ts';
import {
  accept,
  bodiesOf,
  openReceiverStage,
  receiveSome,
  receiveThrough,
  signalAfter,
} from './testing/receiver-stage.ts';
import type { ReceiverStage } from './testing/receiver-stage.ts';

const broker = await findBroker('rabbitmq', 'the receiver on RabbitMQ');

beforeEach(({ skip }) => skip(broker === undefined, 'RabbitMQ cannot be had here.'));

afterAll(() => broker?.stop());

const stageOf = async (partitions: number): Promise<ReceiverStage> => {
  const stage = await openReceiverStage(broker?.address ?? '', partitions);
  onTestFinished(() => stage.close());
  return stage;
};

const numbered = (count: number, prefix = 'm'): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);

const statuses = (count: number, status: SettleOutcome['status']) => Array.from({ length: count }, () => ({ status }));

const attemptsOf = (deliveries: readonly Delivery[]): readonly number[] => deliveries.map(({ attempt }) => attempt);

const receiptsOf = (deliveries: readonly Delivery[]) => deliveries.map(({ receipt }) => receipt);

test('a hand-over keeps order: the next receiver starts with what the first one held', async () => {
  const stage = await stageOf(1);
  const first = await stage.open({ unsettledMax: 5 });
  const second = await stage.open({ unsettledMax: 5 });
  await stage.publish(0, 'a', numbered(10));
  const held = await receiveSome(first.receiver, 5);
  expect(bodiesOf(held)).toEqual(numbered(5));
  await accept(first.receiver, held.slice(0, 2));
  expect(await receiveSome(second.receiver, 1, 300)).toEqual([]);
  await first.receiver.close();
  const rest = await receiveSome(second.receiver, 3);
  expect(bodiesOf(rest)).toEqual(['m3', 'm4', 'm5']);
  expect(attemptsOf(rest)).toEqual([2, 2, 2]);
  await accept(second.receiver, rest);
  expect(bodiesOf(await receiveSome(second.receiver, 5))).toEqual(numbered(10).slice(5));
  expect(await accept(first.receiver, held.slice(2))).toEqual(statuses(3, 'lost'));
});

test('a released message comes again before the buffered successors of its key, and others pass', async () => {
  const stage = await stageOf(1);
  const { receiver } = await stage.open();
  await stage.publish(0, 'a', ['a1', 'a2', 'a3']);
  await stage.publish(0, 'b', ['b1']);
  const [first] = await receiveSome(receiver, 1);
  if (first === undefined) throw new Error('Nothing came.');
  await sleep(200);
  const releasedAtMs = performance.now();
  const release = { receipt: first.receipt, action: 'release', delayMs: 400 } as const;
  expect(await receiver.settleBatch([release])).toEqual(statuses(1, 'settled'));
  expect(bodiesOf(await receiveSome(receiver, 1))).toEqual(['b1']);
  const again = await receiveSome(receiver, 3);
  expect(performance.now() - releasedAtMs).toBeGreaterThanOrEqual(395);
  expect(bodiesOf(again)).toEqual(['a1', 'a2', 'a3']);
  expect(attemptsOf(again)).toEqual([2, 1, 1]);
  expect(await accept(receiver, [first])).toEqual(statuses(1, 'lost'));
  expect(await accept(receiver, again)).toEqual(statuses(3, 'settled'));
});

test('what is held too long is handed back in order, before the broker would close the channel', async () => {
  const stage = await stageOf(1);
  const { receiver, lost } = await stage.open({ consumerTimeoutMs: 1_000 });
  await stage.publish(0, 'a', numbered(3));
  const held = await receiveSome(receiver, 3);
  const again = await receiveSome(receiver, 3);
  expect(lost).toEqual(receiptsOf(held));
  expect(bodiesOf(again)).toEqual(numbered(3));
  expect(attemptsOf(again)).toEqual([2, 2, 2]);
  expect(await receiver.extendBatch(lost, 1_000)).toEqual(['lost', 'lost', 'lost']);
  expect(await receiver.extendBatch(receiptsOf(again), 1_000)).toEqual(['extended', 'extended', 'extended']);
  expect(await accept(receiver, again)).toEqual(statuses(3, 'settled'));
});

/** Ends a connection from the broker's side, as soon as its management API knows of it (its statistics lag by seconds). */
const killConnection = async (name: string): Promise<void> => {
  const admin = createRabbitAdmin(broker?.adminAddress);
  for (let tries = 0; tries < 100; tries += 1) {
    const shown = await admin.read('connections?columns=name,user_provided_name');
    const found = shown.find((one) => String(one['user_provided_name']).startsWith(name));
    if (found !== undefined) {
      await admin.change('DELETE', `connections/${encodeURIComponent(String(found['name']))}`);
      return;
    }
    await sleep(100);
  }
  throw new Error(`The broker shows no connection ${name}.`);
};

test(
  'when the broker kills the connection, all that is held is lost and comes again in order',
  { timeout: 30_000 },
  async () => {
    const stage = await stageOf(3);
    const { receiver, lost, connectionName } = await stage.open({ unsettledMax: 12 });
    for (const partition of [0, 1, 2]) await stage.publish(partition, `k${partition}`, numbered(8, `p${partition}-`));
    const held = await receiveSome(receiver, 12);
    const isFirst = (delivery: Delivery): boolean => bodiesOf([delivery])[0] === 'p0-1';
    await accept(receiver, held.filter(isFirst));
    await killConnection(connectionName);
    while (lost.length === 0) await sleep(10);
    const errors: unknown[] = [];
    const again = await receiveThrough(receiver, 12, errors);
    expect(errors.length).toBeGreaterThan(0);
    expect(lost).toHaveLength(11);
    expect(new Set(lost)).toEqual(new Set(receiptsOf(held.filter((delivery) => !isFirst(delivery)))));
    for (const partition of [0, 1, 2]) {
      const from = partition === 0 ? 2 : 1;
      const bodies = bodiesOf(again).filter((body) => body.startsWith(`p${partition}-`));
      expect(bodies).toEqual([0, 1, 2, 3].map((index) => `p${partition}-${index + from}`));
    }
    expect(await accept(receiver, held)).toEqual(statuses(12, 'lost'));
    expect(await accept(receiver, again)).toEqual(statuses(12, 'settled'));
    const rest = await receiveSome(receiver, 11);
    expect(rest).toHaveLength(11);
    expect(lost).toHaveLength(11);
    // Tags of the old channels name other messages on the new ones: an ack too many would show here.
    await receiver.close();
    const next = await stage.open({ unsettledMax: 12 });
    expect(new Set(bodiesOf(await receiveSome(next.receiver, 11)))).toEqual(new Set(bodiesOf(rest)));
    expect(await receiveSome(next.receiver, 1, 200)).toEqual([]);
  },
);

test('the bound spread over the partitions is what the broker lets out, and no more', async () => {
  const stage = await stageOf(4);
  const { receiver } = await stage.open({ unsettledMax: 10 });
  for (const partition of [0, 1, 2, 3]) await stage.publish(partition, 'k', numbered(20));
  const held = await receiveSome(receiver, 11, 1_000);
  expect(held).toHaveLength(10);
  expect(receiver.holdings().map(({ count }) => count)).toEqual([3, 3, 2, 2]);
  const shown = await Promise.all(stage.queues.map((queue) => stage.admin.checkQueue(queue)));
  expect(shown.map(({ messageCount }) => messageCount)).toEqual([17, 17, 18, 18]);
});

test('settling out of order, twice and over two channels settles exactly that at the broker', async () => {
  const stage = await stageOf(2);
  const { receiver, lost } = await stage.open({ unsettledMax: 20 });
  await stage.publish(0, 'a', numbered(6, 'a'));
  await stage.publish(1, 'b', numbered(6, 'b'));
  const held = new Map((await receiveSome(receiver, 12)).map((one) => [bodiesOf([one])[0], one]));
  const of = (...bodies: readonly string[]) => bodies.flatMap((body) => held.get(body) ?? []);
  const twice = await accept(receiver, of('a2', 'b6', 'a2'));
  expect(twice.map(({ status }) => status)).toEqual(['settled', 'settled', 'lost']);
  await accept(receiver, of('b1', 'b2', 'a4', 'a1', 'a3'));
  expect(await accept(receiver, of('b1'))).toEqual(statuses(1, 'lost'));
  await receiver.close();
  expect(lost).toEqual([]);
  const next = await stage.open({ unsettledMax: 20 });
  const rest = await receiveSome(next.receiver, 5);
  expect(bodiesOf(rest).toSorted()).toEqual(['a5', 'a6', 'b3', 'b4', 'b5']);
  expect(await receiveSome(next.receiver, 1, 200)).toEqual([]);
});

test('a foreign message is delivered as it is, counted by the broker alone, and can be settled', async () => {
  const stage = await stageOf(1);
  const { receiver } = await stage.open();
  const hostile = { 'x-delivery-count': 99, 'x-acquired-count': 99, 'x-wb-key': { a: [1] } };
  stage.admin.sendToQueue(stage.queues[0] ?? '', Buffer.from([0, 255, 1]));
  stage.admin.sendToQueue(stage.queues[0] ?? '', Buffer.from('x'), { headers: hostile });
  await stage.admin.waitForConfirms();
  const received = await receiveSome(receiver, 2);
  expect(received.map(({ message }) => [...message.body])).toEqual([[0, 255, 1], [120]]);
  expect(attemptsOf(received)).toEqual([1, 1]);
  await receiver.close();
  const next = await stage.open();
  const again = await receiveSome(next.receiver, 2);
  expect(attemptsOf(again)).toEqual([2, 2]);
  expect(await accept(next.receiver, again)).toEqual(statuses(2, 'settled'));
});

test(
  'a queue deleted under way is an error with a code, and consumed again once it is there',
  { timeout: 30_000 },
  async () => {
    const stage = await stageOf(2);
    const { receiver, lost } = await stage.open();
    await stage.publish(0, 'a', ['old']);
    const held = await receiveSome(receiver, 1);
    await stage.admin.deleteQueue(stage.queues[0] ?? '');
    await expect(receiver.receiveBatch(1, signalAfter(5_000))).rejects.toMatchObject({ reason: 'queue-gone' });
    expect(lost).toEqual(receiptsOf(held));
    await stage.publish(1, 'b', ['other']);
    const errors: unknown[] = [];
    expect(bodiesOf(await receiveThrough(receiver, 1, errors))).toEqual(['other']);
    await expect(receiver.receiveBatch(1, signalAfter(5_000))).rejects.toMatchObject({ code: 404 });
    await stage.declare();
    await stage.publish(0, 'a', ['new']);
    expect(bodiesOf(await receiveThrough(receiver, 1, errors))).toEqual(['new']);
  },
);

test('a receive waits no longer than its signal, and a closed receiver says so', async () => {
  const stage = await stageOf(1);
  const { receiver } = await stage.open();
  const startedAtMs = performance.now();
  expect(await receiver.receiveBatch(1, signalAfter(100))).toEqual([]);
  expect(performance.now() - startedAtMs).toBeLessThan(2_000);
  const waiting = receiver.receiveBatch(1, signalAfter(5_000)).catch((error: unknown) => error);
  await receiver.close();
  await receiver.close();
  expect(await waiting).toMatchObject({ reason: 'closed' });
});

test('a missing queue is refused when the receiver is opened', async () => {
  const stage = await stageOf(2);
  await stage.admin.deleteQueue(stage.queues[1] ?? '');
  await expect(stage.open()).rejects.toMatchObject({ code: 404 });
});
