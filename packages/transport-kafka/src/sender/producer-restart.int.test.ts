import { randomUUID } from 'node:crypto';
import { findBroker } from '@waybill/conformance/brokers';
import { startProxy } from '@waybill/conformance/proxy';
import { createBus, defineCommand, memoryStore } from '@waybill/core';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { kafkaTransport } from '../kafka-transport.ts';
import { createNames } from '../names.ts';
import { openNaiveProducer } from '../testing/naive-producer.ts';
import { readTopic } from '../testing/read-topic.ts';

/** K1 of the facts: an idempotent producer knows its own session only, and whoever starts again has another one. */
const broker = await findBroker('kafka', 'a publisher that starts again');
const host = new URL(broker?.address ?? 'kafka://127.0.0.1:1').host;
const [hostname = '', port = ''] = host.split(':');

const ChargeOrder = defineCommand({
  name: 'charge-order',
  version: 1,
  schema: z.object({ orderId: z.string() }),
  orderingKey: ({ orderId }) => orderId,
  deduplicationKey: ({ orderId }) => orderId,
});
const topicOf = (namePrefix: string): string =>
  createNames(namePrefix).topicOf({ kind: 'command', channel: ChargeOrder.name });

beforeEach(({ skip }) => skip(broker === undefined, 'Kafka cannot be had here.'));
afterAll(() => broker?.stop());

/** Where answers of Produce get lost; answers with `host:port`. */
const deafDoor = async (): Promise<string> => {
  const proxy = await startProxy({ target: { host: hostname, port: Number(port) }, protocol: 'kafka' });
  proxy.addToxic({ kind: 'cut', at: 'kafka.produceResponse', deliver: false });
  onTestFinished(() => proxy.close());
  return `127.0.0.1:${proxy.port}`;
};

const untilThere = async (topic: string): Promise<void> => {
  await expect.poll(async () => (await readTopic([host], topic)).length, { timeout: 10_000 }).toBeGreaterThan(0);
};

const freshPrefix = async (): Promise<string> => {
  const namePrefix = `restart-${randomUUID().slice(0, 8)}`;
  const transport = kafkaTransport({ brokers: [host], namePrefix, partitions: 1 });
  await transport.ensureTopology({ channels: [{ kind: 'command', channel: ChargeOrder.name }], subscriptions: [] });
  await transport.close();
  return namePrefix;
};

test('K1: an idempotent producer that dies before its answer and sends again after its start has charged twice', async () => {
  const topic = topicOf(await freshPrefix());
  const order = { topic, messages: [{ key: 'o-1', value: 'charge o-1' }] };
  const dying = await openNaiveProducer([await deafDoor()]);
  const doubtful = dying.send(order).catch(() => undefined);
  await untilThere(topic);
  await dying.disconnect();
  const restarted = await openNaiveProducer([host]);
  await restarted.send(order);
  await restarted.disconnect();
  expect((await readTopic([host], topic)).length).toBeGreaterThanOrEqual(2);
  await doubtful;
}, 60_000);

test('K1: here the same happens on the broker, and the inbox makes one charge of it', async () => {
  const namePrefix = await freshPrefix();
  const options = {
    namePrefix,
    partitions: 1,
    publishTimeoutMs: 1000,
    startFrom: { 'charge-order/charge-order': 'earliest' },
  } as const;
  const dying = createBus({ transport: kafkaTransport({ ...options, brokers: [await deafDoor()] }) });
  await dying.start();
  const doubtful = dying.send(ChargeOrder, { orderId: 'o-1' }).catch(() => undefined);
  await untilThere(topicOf(namePrefix));
  void dying.stop({ graceMs: 0 });

  const charged: string[] = [];
  const restarted = createBus({ transport: kafkaTransport({ ...options, brokers: [host] }), store: memoryStore() });
  restarted.handle(ChargeOrder, ({ orderId }) => void charged.push(orderId), {
    effect: 'once',
    durability: 'volatile',
  });
  await restarted.start();
  onTestFinished(() => restarted.stop());
  await restarted.send(ChargeOrder, { orderId: 'o-1' });
  await restarted.send(ChargeOrder, { orderId: 'o-2' });
  await expect.poll(() => charged.includes('o-2'), { timeout: 20_000 }).toBe(true);
  const copies = (await readTopic([host], topicOf(namePrefix))).filter(({ message }) => String(message.key) === 'o-1');
  expect(copies.length).toBeGreaterThanOrEqual(2);
  expect(charged.filter((orderId) => orderId === 'o-1')).toEqual(['o-1']);
  await doubtful;
}, 60_000);
