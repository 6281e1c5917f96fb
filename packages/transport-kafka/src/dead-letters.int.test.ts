import { randomUUID } from 'node:crypto';
import { findBroker } from '@waybill/conformance/brokers';
import { createBus, defineCommand, memoryStore } from '@waybill/core';
import type { Bus } from '@waybill/core';
import kafkajs from 'kafkajs';
import type { Message } from 'kafkajs';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { kafkaTransport } from './kafka-transport.ts';
import { createNames } from './names.ts';
import { readTopic } from './testing/read-topic.ts';
import { hostOf } from './testing/transport-stage.ts';

const broker = await findBroker('kafka', 'dead letters of messages on Kafka');
const host = hostOf(broker?.address ?? 'kafka://127.0.0.1:1');

beforeEach(({ skip }) => skip(broker === undefined, 'Kafka cannot be had here.'));
afterAll(() => broker?.stop());

const ChargeOrder = defineCommand({
  name: 'charge-order',
  version: 1,
  schema: z.object({ orderId: z.string(), part: z.number() }),
  orderingKey: ({ orderId }) => orderId,
});

/** A bus on a topic of its own, whose handler fails at the first part of `bad` until it is told that it is repaired. */
const openStage = async () => {
  const namePrefix = `letters-${randomUUID().slice(0, 8)}`;
  const transport = kafkaTransport({ brokers: [host], namePrefix, partitions: 2, fetchWaitMs: 100, commitMs: 50 });
  const bus: Bus = createBus({ transport, store: memoryStore() });
  const handled: string[] = [];
  const repaired = new AbortController();
  bus.handle(
    ChargeOrder,
    ({ orderId, part }) => {
      if (orderId === 'bad' && part === 1 && !repaired.signal.aborted) throw new Error('Not yet.');
      handled.push(`${orderId}-${part}`);
    },
    { durability: 'volatile', onPoison: 'park-key', retry: { attemptsMax: 1 } },
  );
  await bus.start();
  onTestFinished(() => bus.stop());
  const topic = createNames(namePrefix).topicOf({ kind: 'command', channel: ChargeOrder.name });
  const letters = async () => (await bus.deadLetters.list()).letters;
  return { bus, topic, handled, letters, repair: () => repaired.abort() };
};

/** As a program does that knows nothing of us. */
const sendForeign = async (topic: string, messages: Message[]): Promise<void> => {
  const producer = new kafkajs.Kafka({ brokers: [host], logLevel: kafkajs.logLevel.NOTHING }).producer();
  await producer.connect();
  await producer.send({ topic, messages });
  await producer.disconnect();
};

test('a letter says where its record lies and has its key and its bytes, and a replay goes in order', async () => {
  const { bus, topic, handled, letters, repair } = await openStage();
  for (const part of [1, 2, 3]) {
    for (const orderId of ['bad', 'good']) await bus.send(ChargeOrder, { orderId, part });
  }
  await expect.poll(async () => (await letters()).length).toBe(3);
  await expect.poll(() => handled).toEqual(['good-1', 'good-2', 'good-3']);
  const records = (await readTopic([host], topic)).filter(({ message }) => String(message.key) === 'bad');
  const expected = records.map(({ partition, message }, index) => ({
    origin: `${topic}/${partition}/${message.offset}`,
    key: 'bad',
    body: new Uint8Array(message.value ?? []),
    role: index === 0 ? 'poison' : 'behind',
  }));
  const found = (await letters()).map(({ origin, key, body, role }) => ({
    origin,
    key,
    body: new Uint8Array(body),
    role,
  }));
  expect(found).toHaveLength(3);
  expect(found).toEqual(expected);

  repair();
  expect(await bus.deadLetters.replay({ key: 'bad' })).toEqual({ replayed: 3, failed: 0, held: 0 });
  expect(handled.slice(3)).toEqual(['bad-1', 'bad-2', 'bad-3']);
  expect(await letters()).toEqual([]);
});

test('a tombstone is a letter that says so, and what comes behind it is handled', async () => {
  const { bus, topic, handled, letters } = await openStage();
  await sendForeign(topic, [{ key: 'removed', value: null, partition: 1 }]);
  await expect.poll(async () => (await letters()).length).toBe(1);
  expect(await letters()).toMatchObject([
    { origin: `${topic}/1/0`, key: 'removed', body: new Uint8Array(), headers: { 'x-wb-tombstone': 'true' } },
  ]);
  for (const orderId of ['good', 'fine', 'well']) await bus.send(ChargeOrder, { orderId, part: 1 });
  await expect
    .poll(() => handled.toSorted((one, other) => one.localeCompare(other)))
    .toEqual(['fine-1', 'good-1', 'well-1']);
});
