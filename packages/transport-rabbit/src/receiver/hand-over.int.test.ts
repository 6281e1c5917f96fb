import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { jumpsOf, repeatsOf, settledCount } from '@waybill/conformance/recording';
import type { RecordingConsumer } from '@waybill/conformance/recording';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { openTransportStage } from '../testing/transport-stage.ts';
import { accept, bodiesOf, openReceiverStage, receiveSome } from './testing/receiver-stage.ts';

const broker = await findBroker('rabbitmq', 'the hand-over between instances on RabbitMQ');

beforeEach(({ skip }) => skip(broker === undefined, 'RabbitMQ cannot be had here.'));
afterAll(() => broker?.stop());

const keys = Array.from({ length: 16 }, (_, index) => `key-${index}`);

test.each([
  { queueType: 'quorum', connection: 'of its own', attempts: 2 },
  { queueType: 'quorum', connection: 'shared', attempts: 2 },
  { queueType: 'classic', connection: 'of its own', attempts: 1 },
] as const)(
  'receivers that come and go under load keep every key in order, lose and repeat nothing: $queueType, a connection $connection',
  { timeout: 60_000 },
  async ({ queueType, connection, attempts }) => {
    const stage = await openTransportStage(broker?.address ?? '', { queueType });
    onTestFinished(() => stage.close());
    const shared = connection === 'shared' ? { driver: stage.connect() } : {};
    const all: RecordingConsumer[] = [];
    const consume = async (): Promise<RecordingConsumer> => {
      const consumer = await stage.consume({ workMs: 3, unsettledMax: 60, ...shared });
      all.push(consumer);
      return consumer;
    };
    const instances = [await consume(), await consume()];
    let isPublishing = true;
    const publishing = (async () => {
      for (let round = 0; round < 40; round += 1) await stage.publish(keys, 5);
      isPublishing = false;
    })();
    let handOvers = 0;
    while (isPublishing || handOvers < 5) {
      await sleep(100);
      instances.push(await consume());
      await instances.shift()?.stop();
      handOvers += 1;
    }
    await publishing;
    await stage.untilSettled();
    await Promise.all(instances.map((instance) => instance.stop()));

    expect(settledCount(stage.log)).toBe(keys.length * 200);
    expect(jumpsOf(stage.log)).toEqual([]);
    expect(repeatsOf(stage.log)).toEqual([]);
    // A channel that is closed with deliveries on their way must not cost the connection.
    expect(all.flatMap(({ errors }) => errors)).toEqual([]);
    // Otherwise nothing was in flight when an instance went, and the test has proven nothing.
    expect(new Set(stage.log.map(({ consumer }) => consumer)).size).toBeGreaterThanOrEqual(3);
    // Only quorum queues count.
    expect(Math.max(...stage.log.map(({ attempt }) => attempt))).toBeGreaterThanOrEqual(attempts);
  },
);

test('what was accepted one by one does not come back, however many of them had just been sent when the receiver leaves', async () => {
  const stage = await openReceiverStage(broker?.address ?? '', 1);
  onTestFinished(() => stage.close());
  const bodies = Array.from({ length: 300 }, (_, index) => `m${index}`);
  const first = await stage.open({ unsettledMax: bodies.length });
  await stage.publish(0, 'a', bodies);
  const held = await receiveSome(first.receiver, bodies.length);
  // The newest first, because together with all older ones they would be one command.
  for (const delivery of held.toReversed()) await accept(first.receiver, [delivery]);
  await first.receiver.close();
  await stage.publish(0, 'a', ['next']);
  const second = await stage.open();
  expect(bodiesOf(await receiveSome(second.receiver, 1))).toEqual(['next']);
});
