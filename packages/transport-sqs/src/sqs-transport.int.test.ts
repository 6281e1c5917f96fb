import { setTimeout as sleep } from 'node:timers/promises';
import { GetQueueUrlCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { startProxy } from '@waybill/conformance/proxy';
import { createBus, defineCommand } from '@waybill/core';
import type { Receipt, TransportMessage } from '@waybill/core/driver';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { createClients } from './aws/create-clients.ts';
import type { SqsTransportOptions } from './options.ts';
import { sqsTransport } from './sqs-transport.ts';
import { startEmulator } from './testing/start-emulator.ts';
import { within } from './testing/within.ts';

/** The transport as core has it, against fauxqs in this process. */
vi.setConfig({ testTimeout: 60_000 });

const server = await startEmulator();
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => server.stop());

let stages = 0;

async function stage(kind: 'command' | 'event', options: Partial<SqsTransportOptions> = {}) {
  const { port, hostname: host } = new URL(server.options.endpoint);
  const proxy = await startProxy({ target: { host, port: Number(port) }, protocol: 'http' });
  const calls: string[] = [];
  proxy.addToxic({
    kind: 'cut',
    deliver: true,
    at: ({ kind: frame, bytes }) => {
      const text = bytes.toString('latin1');
      const [, action] = /(?:AmazonSQS\.|Action=)(\w+)/u.exec(text) ?? [];
      if (frame === 'http.request' && action !== undefined) calls.push(action);
      return false;
    },
  });
  const transport = sqsTransport({
    ...server.options,
    endpoint: `http://127.0.0.1:${proxy.port}`,
    namePrefix: `t${(stages += 1)}-`,
    ...options,
  });
  closing.push(async () => {
    await transport.close();
    await proxy.close();
  });
  const address = { kind, channel: 'orders', group: 'workers' } as const;
  await transport.ensureTopology({ channels: [address], subscriptions: [{ ...address, leaseMs: 30_000 }] });
  const lost: Receipt[] = [];
  const receiver = await transport.openReceiver(address, {
    leaseMs: 30_000,
    unsettledMax: 200,
    onLost: (receipts) => lost.push(...receipts),
  });
  const sender = await transport.openSender(address);
  const count = (action: string): number => calls.filter((each) => each === action).length;
  return { transport, address, receiver, sender, lost, count };
}

const message = (id: string, parts: Partial<TransportMessage> = {}): TransportMessage => ({
  id,
  key: id,
  deduplicationKey: id,
  headers: { 'ce-type': 'x' },
  body: Buffer.from(`{"id":"${id}"}`),
  delayMs: 0,
  ...parts,
});
const ids = (count: number): readonly string[] => Array.from({ length: count }, (_, place) => `m${place}`);
const forever = (): AbortSignal => new AbortController().signal;

test.each([
  ['command', 'fifo'],
  ['command', 'standard'],
  ['event', 'fifo'],
  ['event', 'standard'],
] as const)(
  'a thousand messages of kind %s on %s queues come, with few calls',
  { timeout: 60_000 },
  async (kind, queueType) => {
    const { sender, receiver, transport, address, count } = await stage(kind, { queueType });
    const wanted = ids(1000);
    for (let start = 0; start < wanted.length; start += 100) {
      const outcomes = await sender.sendBatch(wanted.slice(start, start + 100).map((id) => message(id)));
      expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['confirmed']));
    }
    const got: string[] = [];
    while (got.length < wanted.length) {
      const deliveries = await receiver.receiveBatch(80, forever());
      got.push(...deliveries.map(({ message: { id } }) => id));
      await Promise.all(deliveries.map(({ receipt }) => receiver.settleBatch([{ receipt, action: 'accept' }])));
    }
    expect(got.toSorted()).toEqual([...wanted].toSorted());
    expect(count(kind === 'command' ? 'SendMessageBatch' : 'PublishBatch')).toBe(100);
    expect(count('DeleteMessageBatch')).toBeLessThanOrEqual(105);
    expect(count('ReceiveMessage')).toBeLessThanOrEqual(115);
    expect(await transport.inspect(address)).toEqual({ ready: 0, inFlight: 0, oldestAgeMs: 0 });
  },
);

test('a duplicate that SQS swallows is confirmed', async () => {
  const { sender, receiver } = await stage('command');
  const twice = [...(await sender.sendBatch([message('a')])), ...(await sender.sendBatch([message('a')]))];
  expect(twice).toEqual([{ status: 'confirmed' }, { status: 'confirmed' }]);
  expect(await receiver.receiveBatch(10, forever())).toHaveLength(1);
  expect(await receiver.receiveBatch(10, within(300))).toEqual([]);
});

test('an idle receiver has one long poll at a time, and nobody polls unless he is asked', async () => {
  const { receiver, count } = await stage('command', { longPollSeconds: 2 });
  await sleep(300);
  expect(count('ReceiveMessage')).toBe(0);
  expect(await receiver.receiveBatch(80, within(2500))).toEqual([]);
  expect(count('ReceiveMessage')).toBe(2);
});

test('a poll does not disturb an abort, which is heard at once', async () => {
  const { receiver } = await stage('command', { longPollSeconds: 20 });
  const controller = new AbortController();
  const received = receiver.receiveBatch(10, controller.signal);
  await sleep(200);
  const startMs = performance.now();
  controller.abort();
  expect(await received).toEqual([]);
  expect(performance.now() - startMs).toBeLessThan(200);
  await receiver.close();
  expect(performance.now() - startMs).toBeLessThan(1500);
});

test('one message that cannot be sent leaves the others of its batch alone', async () => {
  const { sender, receiver } = await stage('command');
  const outcomes = await sender.sendBatch([
    message('a'),
    message('b', { body: new Uint8Array(262_144) }),
    message('c', { key: 'x'.repeat(9000) }),
    message('d', { delayMs: 1000 }),
    message('e', { body: Uint8Array.of(0, 255) }),
  ]);
  expect(outcomes).toMatchObject([
    { status: 'confirmed' },
    { status: 'rejected', error: { reason: 'message-too-large' } },
    { status: 'rejected', error: { reason: 'illegal-key' } },
    { status: 'rejected', error: { reason: 'illegal-delay' } },
    { status: 'confirmed' },
  ]);
  const deliveries = await receiver.receiveBatch(10, forever());
  expect(deliveries.map((delivery) => delivery.message.id)).toEqual(['a', 'e']);
  expect([...(deliveries[1]?.message.body ?? [])]).toEqual([0, 255]);
});

test('single sends at once share requests of ten', async () => {
  const { transport, count } = await stage('command');
  const PayOrder = defineCommand({
    name: 'pay',
    version: 1,
    schema: z.object({ order: z.string() }),
    orderingKey: ({ order }) => order,
  });
  const bus = createBus({ transport });
  await bus.start();
  await Promise.all(ids(200).map((order) => bus.send(PayOrder, { order })));
  expect(count('SendMessageBatch')).toBeLessThanOrEqual(22);
  await bus.stop();
});

test('a message without a key is taken by FIFO, and one whose delay has not passed counts as one that waits', async () => {
  const { sender, transport, address } = await stage('command');
  expect(await sender.sendBatch([message('a', { key: undefined })])).toEqual([{ status: 'confirmed' }]);
  const queue = `t${stages}-orders.fifo`;
  const { sqs, destroy } = createClients({ ...server.options, connectTimeoutMs: 1000 });
  closing.push(async () => destroy());
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queue }));
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: '60' } }));
  await sender.sendBatch([message('b')]);
  expect(await transport.inspect(address)).toMatchObject({ ready: 2, inFlight: 0 });
});

test('the age is that of the oldest message held, and unknown to a process that only looks', async () => {
  const { sender, receiver, transport, address } = await stage('command');
  await sender.sendBatch([message('a')]);
  expect(await transport.inspect(address)).toEqual({ ready: 1, inFlight: 0, oldestAgeMs: undefined });
  await sleep(300);
  const [delivery] = await receiver.receiveBatch(1, forever());
  const { oldestAgeMs, ...counts } = await transport.inspect(address);
  expect(counts).toEqual({ ready: 0, inFlight: 1 });
  expect(oldestAgeMs).toBeGreaterThanOrEqual(250);
  await receiver.settleBatch([{ receipt: delivery?.receipt ?? {}, action: 'accept' }]);
  expect(await transport.inspect(address)).toEqual({ ready: 0, inFlight: 0, oldestAgeMs: 0 });
});

test('the age comes from whoever was asked to tell it, by the name of the queue', async () => {
  const asked: string[] = [];
  const queueAge = async (queue: string): Promise<number | undefined> => {
    asked.push(queue);
    return asked.length === 1 ? 7000 : undefined;
  };
  const { transport, address } = await stage('event', { queueAge });
  expect(await transport.inspect(address)).toEqual({ ready: 0, inFlight: 0, oldestAgeMs: 7000 });
  expect(await transport.inspect(address)).toEqual({ ready: 0, inFlight: 0, oldestAgeMs: undefined });
  expect(asked[0]).toMatch(/orders--workers\.fifo$/u);
});

test('what was released comes again after its delay and before what is behind it', async () => {
  const { sender, receiver } = await stage('command');
  await sender.sendBatch([message('a', { key: 'k' }), message('b', { key: 'k' })]);
  const [first] = await receiver.receiveBatch(10, forever());
  const startMs = performance.now();
  await receiver.settleBatch([{ receipt: first?.receipt ?? {}, action: 'release', delayMs: 900 }]);
  const [again] = await receiver.receiveBatch(10, forever());
  expect([again?.message.id, again?.attempt]).toEqual(['a', 2]);
  expect(performance.now() - startMs).toBeGreaterThan(800);
});

test('a transport that is closed gives back what it holds, and does nothing any more', async () => {
  const { sender, receiver, transport, address } = await stage('command');
  await sender.sendBatch([message('a')]);
  expect(await receiver.receiveBatch(1, forever())).toHaveLength(1);
  const other = sqsTransport({ ...server.options, namePrefix: `t${stages}-` });
  closing.push(() => other.close());
  await transport.close();
  await transport.close();
  expect(await other.inspect(address)).toMatchObject({ ready: 1, inFlight: 0 });
  for (const use of [
    () => transport.openSender(address),
    () => transport.inspect(address),
    () => sender.sendBatch([message('b')]),
    () => receiver.receiveBatch(1, forever()),
  ]) {
    await expect(use()).rejects.toMatchObject({ reason: 'closed' });
  }
});
