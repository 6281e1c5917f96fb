import { randomUUID } from 'node:crypto';
import { findBroker } from '@waybill/conformance/brokers';
import type { ChannelAddress, Delivery, SubscriptionTopology } from '@waybill/core/driver';
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { rabbitTransport } from '../rabbit-transport.ts';
import { createRabbitAdmin } from '../testing/rabbit-admin.ts';
import { idsIn, messageOf, openSenderStage, verdictsOf } from '../testing/sender-stage.ts';
import type { SenderStage, SenderStageOptions } from '../testing/sender-stage.ts';
import { checkChannel, ensureTopology } from './ensure-topology.ts';

const broker = await findBroker('rabbitmq', 'the topology on RabbitMQ');

beforeEach(({ skip }) => skip(broker === undefined, 'RabbitMQ cannot be had here.'));
afterAll(() => broker?.stop());

const url = broker?.address ?? '';
const orders: ChannelAddress = { kind: 'command', channel: 'orders' };
const placed: ChannelAddress = { kind: 'event', channel: 'placed' };

const groupOf = (channel: ChannelAddress, group: string): SubscriptionTopology => ({
  ...channel,
  group,
  leaseMs: 30_000,
});

const stageOf = async (options: SenderStageOptions = {}): Promise<SenderStage> => {
  const stage = await openSenderStage(url, { declares: false, ...options });
  onTestFinished(() => stage.close());
  return stage;
};

const failureOf = async (work: Promise<unknown>): Promise<{ readonly code: string; readonly text: string }> => {
  try {
    await work;
  } catch (error) {
    return { code: errorCodeOf(error), text: String(error) };
  }
  return { code: 'none', text: '' };
};

const limitIn = (settings: unknown): unknown =>
  typeof settings === 'object' && settings !== null && 'x-delivery-limit' in settings
    ? settings['x-delivery-limit']
    : undefined;

test('declaring twice changes nothing, and each group of an event gets every message', async () => {
  const stage = await stageOf({ delaysMs: [200] });
  const topology = { channels: [orders, placed], subscriptions: [groupOf(placed, 'a'), groupOf(placed, 'b')] };
  await ensureTopology(stage.topology, topology);
  await ensureTopology(stage.topology, topology);
  const counts = await stage.look(async (channel) => {
    for (const partition of ['0', '1']) {
      channel.publish(stage.names.exchangeOf(placed), partition, Buffer.from('x'), {});
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    const queues = ['a', 'b'].flatMap((group) => [0, 1].map((one) => stage.names.queueOf(groupOf(placed, group), one)));
    return Promise.all(queues.map(async (queue) => (await channel.checkQueue(queue)).messageCount));
  });
  expect(counts).toEqual([1, 1, 1, 1]);
});

test('instances that start at the same moment declare the same', async () => {
  const namePrefix = `together-${randomUUID().slice(0, 8)}`;
  const stages = await Promise.all(Array.from({ length: 5 }, () => stageOf({ namePrefix, delaysMs: [50] })));
  const topology = { channels: [orders], subscriptions: [groupOf(orders, 'a'), groupOf(placed, 'a')] };
  const together = Promise.all(stages.map((stage) => ensureTopology(stage.topology, topology)));
  await expect(together).resolves.toHaveLength(5);
  await Promise.all(stages.map((stage) => checkChannel(stage.topology, orders)));
});

test('delayed messages of one step keep their order, and are handed over at least once', async () => {
  const stage = await stageOf({ delaysMs: [300], partitions: 1 });
  await ensureTopology(stage.topology, { channels: [orders], subscriptions: [] });
  const [queue] = await createRabbitAdmin(broker?.adminAddress).read(
    `queues/%2F/${encodeURIComponent(stage.names.delayOf(orders, 300))}`,
  );
  expect(queue?.['arguments']).toMatchObject({
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
    'x-message-ttl': 300,
  });
  const ids = Array.from({ length: 50 }, (_, index) => `m${index}`);
  await stage.sender.sendBatch(ids.map((id, index) => ({ ...messageOf(id, 'k'), delayMs: 300 - index })));
  const waiting = (): Promise<number> =>
    stage.look(async (channel) => (await channel.checkQueue(stage.names.queueOf(orders, 0))).messageCount);
  await vi.waitUntil(async () => (await waiting()) === ids.length, 4000);
  expect(await idsIn(stage)).toEqual(ids);
});

test('another number of partitions is refused with both numbers, and nothing else is touched', async () => {
  const stage = await stageOf({ partitions: 2 });
  await ensureTopology(stage.topology, { channels: [orders], subscriptions: [] });
  const other = { ...stage.topology, settings: { ...stage.settings, partitions: 3 } };
  for (const work of [ensureTopology(other, { channels: [orders], subscriptions: [] }), checkChannel(other, orders)]) {
    const failure = await failureOf(work);
    expect(failure.code).toBe('topology-conflict');
    expect(failure.text).toMatch(/has 2 partitions; partitions: 3 was wanted/u);
  }
  const third = stage.names.queueOf(orders, 2);
  expect((await failureOf(stage.look((channel) => channel.checkQueue(third)))).code).toBe('not-found');
});

test.each([
  [
    'type',
    { durable: true, arguments: { 'x-queue-type': 'classic', 'x-single-active-consumer': true } },
    /x-queue-type.*wanted 'quorum', present 'classic'/u,
  ],
  [
    'single active consumer',
    { durable: true, arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 1_000_000 } },
    /x-single-active-consumer.*wanted.*present none/u,
  ],
  [
    'delivery limit',
    {
      durable: true,
      arguments: { 'x-queue-type': 'quorum', 'x-single-active-consumer': true, 'x-delivery-limit': 5 },
    },
    /x-delivery-limit.*wanted '1000000', present '5'/u,
  ],
])('a queue with another %s is a conflict that names it', async (_what, options, text) => {
  const stage = await stageOf();
  const queue = stage.names.queueOf(orders, 0);
  await stage.look((channel) => channel.assertQueue(queue, options));
  const failure = await failureOf(ensureTopology(stage.topology, { channels: [orders], subscriptions: [] }));
  expect(failure.code).toBe('topology-conflict');
  expect(failure.text).toContain(queue);
  expect(failure.text).toMatch(text);
});

test('every queue that holds messages has an explicit delivery limit, and a message outlives forty returns in its place', async () => {
  const stage = await stageOf({ delaysMs: [1000], partitions: 1 });
  await ensureTopology(stage.topology, { channels: [orders], subscriptions: [groupOf(orders, 'billing')] });
  const admin = createRabbitAdmin(broker?.adminAddress);
  const queues = (await admin.read('queues/%2F')).filter(({ name }) =>
    String(name).startsWith(`${stage.settings.namePrefix}:`),
  );
  const limits = queues.map((queue) => [queue['name'], limitIn(queue['arguments'])]);
  expect(Object.fromEntries(limits)).toEqual({
    [stage.names.queueOf(orders, 0)]: 1_000_000,
    [stage.names.delayOf(orders, 1000)]: 1_000_000,
    [stage.names.partitionsMarkerOf(orders)]: undefined,
    [stage.names.groupMarkerOf(orders)]: undefined,
  });
  await stage.sender.sendBatch([messageOf('first'), messageOf('second')]);
  const seen = await stage.look(async (channel) => {
    const ids: unknown[] = [];
    await channel.prefetch(1);
    const { promise, resolve } = Promise.withResolvers<void>();
    await channel.consume(stage.names.queueOf(orders, 0), (message) => {
      if (message === null) return resolve();
      ids.push(message.properties.messageId);
      if (ids.length === 41) resolve();
      else channel.nack(message);
    });
    await promise;
    return ids;
  });
  expect(seen).toEqual(Array.from({ length: 41 }, () => 'first'));
});

test('a refused declare takes neither a publish nor a delivery of the same transport along', async () => {
  const namePrefix = `drift-${randomUUID().slice(0, 8)}`;
  const options = { urls: [url], namePrefix, partitions: 2, delaysMs: [] };
  const subscription = groupOf(placed, 'billing');
  const transport = rabbitTransport(options);
  onTestFinished(() => transport.close());
  await transport.ensureTopology({ channels: [placed], subscriptions: [subscription] });
  const lost: unknown[] = [];
  const receiver = await transport.openReceiver(subscription, {
    leaseMs: 30_000,
    unsettledMax: 400,
    onLost: (receipts) => lost.push(...receipts),
  });
  const sender = await transport.openSender(placed);
  const ids = Array.from({ length: 100 }, (_, index) => `m${index}`);
  await sender.sendBatch(ids.map((id) => messageOf(id)));
  const received: Delivery[] = [];
  const receive = async (count: number): Promise<void> => {
    while (received.length < count) received.push(...(await receiver.receiveBatch(100, new AbortController().signal)));
  };
  await receive(50);
  const stage = await stageOf({ namePrefix, partitions: 2 });
  await stage.look((channel) => channel.assertQueue(stage.names.queueOf(orders, 0), { durable: true }));
  for (let tries = 0; tries < 5; tries += 1) {
    const refused = transport.ensureTopology({ channels: [orders], subscriptions: [] });
    const sent = sender.sendBatch([messageOf(`late${tries}`)]);
    expect((await failureOf(refused)).code).toBe('topology-conflict');
    expect((await sent)[0]?.status).toBe('confirmed');
  }
  await receive(105);
  const settled = await receiver.settleBatch(received.map(({ receipt }) => ({ receipt, action: 'accept' })));
  expect(new Set(settled.map(({ status }) => status))).toEqual(new Set(['settled']));
  expect(received.every(({ attempt }) => attempt === 1)).toBe(true);
  expect(lost).toEqual([]);
});

test('a publisher with a delay that was never declared is refused when it begins', async () => {
  const stage = await stageOf({ delaysMs: [1000] });
  await ensureTopology(stage.topology, { channels: [orders], subscriptions: [] });
  await expect(checkChannel(stage.topology, orders)).resolves.toBeUndefined();
  const other = { ...stage.topology, settings: { ...stage.settings, delaysMs: [1000, 5000] } };
  const failure = await failureOf(checkChannel(other, orders));
  expect(failure).toMatchObject({ code: 'not-found' });
  expect(failure.text).toContain(stage.names.delayOf(orders, 5000));
});

test.each(['quorum', 'classic'] as const)(
  'what nobody takes in time lies in the queue of the expired, and not nowhere: %s',
  async (queueType) => {
    const stage = await stageOf({ queueType, expireAfterMs: 200, partitions: 1 });
    await ensureTopology(stage.topology, { channels: [orders], subscriptions: [] });
    await stage.sender.sendBatch([messageOf('a'), messageOf('b')]);
    await stage.look(async (channel) => {
      const countIn = async (queue: string): Promise<number> => (await channel.checkQueue(queue)).messageCount;
      await vi.waitUntil(async () => (await countIn(stage.names.expiredOf(orders))) === 2, 4000);
      expect(await countIn(stage.names.queueOf(orders, 0))).toBe(0);
    });
  },
);

test('priority decides between messages without a key, never between those of a key', async () => {
  const stage = await stageOf({ queueType: 'classic', priorityHeader: 'urgency', partitions: 1 });
  await ensureTopology(stage.topology, { channels: [orders], subscriptions: [] });
  const urgent = (id: string, urgency: string, key?: string) => ({ ...messageOf(id, key), headers: { urgency } });
  const outcomes = await stage.sender.sendBatch([
    messageOf('first', 'k'),
    urgent('low', '1'),
    messageOf('second', 'k'),
    urgent('high', '9'),
    urgent('keyed', '9', 'k'),
    urgent('no digit', '10'),
  ]);
  expect(verdictsOf(outcomes)).toEqual([
    ...Array.from({ length: 4 }, () => 'confirmed'),
    'rejected message-invalid',
    'rejected message-invalid',
  ]);
  expect(await idsIn(stage)).toEqual(['high', 'low', 'first', 'second']);
});

test('an exchange of another type is a conflict', async () => {
  const stage = await stageOf();
  await stage.look((channel) => channel.assertExchange(stage.names.exchangeOf(orders), 'fanout'));
  const failure = await failureOf(ensureTopology(stage.topology, { channels: [orders], subscriptions: [] }));
  expect(failure).toMatchObject({ code: 'topology-conflict' });
  expect(failure.text).toMatch(/type.*wanted 'direct', present 'fanout'/u);
});

test('a command has one group, and the second one is told whose it is', async () => {
  const stage = await stageOf();
  const declare = (group: string) =>
    ensureTopology(stage.topology, { channels: [], subscriptions: [groupOf(orders, group)] });
  await declare('billing');
  await declare('billing');
  const failure = await failureOf(declare('mail'));
  expect(failure).toMatchObject({ code: 'topology-conflict' });
  expect(failure.text).toMatch(/belongs to the group 'billing'; 'mail'/u);
});

test('after a conflict the same connection goes on', async () => {
  const stage = await stageOf();
  await failureOf(checkChannel(stage.topology, { kind: 'command', channel: 'absent' }));
  await ensureTopology(stage.topology, { channels: [orders], subscriptions: [] });
  await expect(checkChannel(stage.topology, orders)).resolves.toBeUndefined();
});

test('a sender to a channel that does not exist is refused', async () => {
  const stage = await stageOf();
  expect(await failureOf(checkChannel(stage.topology, orders))).toMatchObject({ code: 'not-found' });
});

test.each(['quorum', 'classic'] as const)(
  'a delayed message comes after its delay and to its partition: %s',
  async (queueType) => {
    const stage = await stageOf({ queueType, delaysMs: [300, 900], partitions: 2 });
    await ensureTopology(stage.topology, { channels: [orders], subscriptions: [] });
    const sentAt = performance.now();
    const outcomes = await stage.sender.sendBatch([
      { ...messageOf('slow'), delayMs: 800 },
      { ...messageOf('fast'), delayMs: 250 },
      messageOf('now'),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['confirmed', 'confirmed', 'confirmed']);
    const arrivals = await stage.look(async (channel) => {
      const seen: { readonly id: unknown; readonly ms: number }[] = [];
      const { promise, resolve } = Promise.withResolvers<void>();
      for (const partition of [0, 1]) {
        await channel.consume(stage.names.queueOf(orders, partition), (message) => {
          seen.push({ id: message?.properties.messageId, ms: performance.now() - sentAt });
          if (seen.length === 3) resolve();
        });
      }
      await promise;
      return seen;
    });
    expect(arrivals.map(({ id }) => id)).toEqual(['now', 'fast', 'slow']);
    expect(arrivals[1]?.ms).toBeGreaterThanOrEqual(250);
    expect(arrivals[2]?.ms).toBeGreaterThanOrEqual(800);
  },
);
