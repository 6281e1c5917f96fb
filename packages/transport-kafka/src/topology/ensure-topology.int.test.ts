import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import type { SubscriptionTopology, TransportDriver, TransportMessage } from '@waybill/core/driver';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { kafkaTransport } from '../kafka-transport.ts';
import type { KafkaTransportOptions } from '../options.ts';
import { hostOf } from '../testing/transport-stage.ts';
import { inspectPartitions } from './inspect-partitions.ts';
import { resetOffsets } from './reset-offsets.ts';

const broker = await findBroker('kafka', 'topics and groups on Kafka');

beforeEach(({ skip }) => skip(broker === undefined, 'Kafka cannot be had here.'));
afterAll(() => broker?.stop());

const optionsOf = (own: Partial<KafkaTransportOptions> = {}): KafkaTransportOptions => ({
  brokers: [hostOf(broker?.address ?? 'kafka://none:1')],
  namePrefix: `topology-${randomUUID().slice(0, 8)}`,
  partitions: 2,
  fetchWaitMs: 100,
  heartbeatMs: 300,
  sessionTimeoutMs: 3000,
  commitMs: 50,
  ...own,
});

const open = (options: KafkaTransportOptions): TransportDriver => {
  const transport = kafkaTransport(options);
  onTestFinished(() => transport.close());
  return transport;
};

const command: SubscriptionTopology = { kind: 'command', channel: 'orders', group: 'handler', leaseMs: 1000 };
const event = (group: string): SubscriptionTopology => ({ kind: 'event', channel: 'paid', group, leaseMs: 1000 });
const declare = (transport: TransportDriver, ...subscriptions: readonly SubscriptionTopology[]): Promise<void> =>
  transport.ensureTopology({ channels: [], subscriptions });

const messageOf = (id: string): TransportMessage => ({
  id,
  key: id,
  deduplicationKey: id,
  headers: {},
  body: Buffer.from('{}'),
  delayMs: 0,
});

const publish = async (transport: TransportDriver, ids: readonly string[]): Promise<void> => {
  const sender = await transport.openSender(event('any'));
  const outcomes = await sender.sendBatch(ids.map(messageOf));
  expect(outcomes.every(({ status }) => status === 'confirmed')).toBe(true);
};

const abortedAfter = (ms: number): AbortSignal => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), ms).unref();
  return controller.signal;
};

/** What comes within two seconds, sorted. */
const takenBy = async (transport: TransportDriver, group: string): Promise<readonly string[]> => {
  const receiver = await transport.openReceiver(event(group), {
    leaseMs: 1000,
    unsettledMax: 100,
    onLost: () => undefined,
  });
  const ids: string[] = [];
  const signal = abortedAfter(2000);
  while (!signal.aborted) {
    const deliveries = await receiver.receiveBatch(100, signal);
    ids.push(...deliveries.map(({ message }) => message.id));
    await receiver.settleBatch(deliveries.map(({ receipt }) => ({ receipt, action: 'accept' })));
  }
  await receiver.close();
  return ids.toSorted((one, other) => (one < other ? -1 : 1));
};

test('declaring twice changes nothing', async () => {
  const transport = open(optionsOf());
  await declare(transport, command, event('mail'));
  await declare(transport, command, event('mail'));
  expect(await transport.inspect(command)).toEqual({ ready: 0, inFlight: 0, oldestAgeMs: 0 });
});

test.each([
  ['another number of partitions, with the way to it', { partitions: 4 }, /has 2 partitions.*raisePartitions/u],
  ['fewer partitions, which cannot be had', { partitions: 1 }, /Kafka takes no partitions away/u],
  ['another retention', { retentionMs: 60_000 }, /retention\.ms is not set, 60000 was wanted/u],
  ['another clean-up', { cleanup: 'compact' }, /cleanup\.policy is delete, compact was wanted/u],
  ['other replicas', { replicas: 3 }, /replicas is 1, 3 was wanted/u],
] satisfies [string, Partial<KafkaTransportOptions>, RegExp][])(
  '%s is a conflict that names both',
  async (_, other, text) => {
    const options = optionsOf();
    await declare(open(options), command);
    const transport = open({ ...options, ...other });
    const refused: unknown = await declare(transport, command).catch((error: unknown) => error);
    expect(transport.codeOf(refused)).toBe('topology-conflict');
    expect(String(refused)).toMatch(text);
  },
);

test('what the settings want of a topic is there afterwards', async () => {
  const options = optionsOf({ retentionMs: 60_000, cleanup: 'compact,delete', replicas: 1 });
  await declare(open(options), command);
  const verifying = open({ ...options, topology: 'verify' });
  await expect(declare(verifying, command)).resolves.toBeUndefined();
});

test('verify makes nothing', async () => {
  const transport = open(optionsOf({ topology: 'verify' }));
  const refused: unknown = await declare(transport, command).catch((error: unknown) => error);
  expect(transport.codeOf(refused)).toBe('not-found');
  const inspected: unknown = await transport.inspect(command).catch((error: unknown) => error);
  expect(transport.codeOf(inspected)).toBe('not-found');
});

test('a publisher of another number of partitions is refused, also one that declares nothing', async () => {
  const options = optionsOf();
  await declare(open(options), command);
  const transport = open({ ...options, partitions: 3, topology: 'off' });
  const refused: unknown = await transport.openSender(command).catch((error: unknown) => error);
  expect(transport.codeOf(refused)).toBe('topology-conflict');
});

test('the second group of a command is refused, and another command whose name begins alike has its own', async () => {
  const transport = open(optionsOf());
  await declare(transport, command);
  const refused: unknown = await declare(transport, { ...command, group: 'other' }).catch((error: unknown) => error);
  expect(transport.codeOf(refused)).toBe('topology-conflict');
  await declare(transport, { ...command, channel: 'orders.eu', group: 'other' });
});

test('a command and an event of one name are refused before anything is made', async () => {
  const transport = open(optionsOf());
  const refused: unknown = await declare(transport, command, { ...event('mail'), channel: 'orders' }).catch(
    (error: unknown) => error,
  );
  expect(transport.codeOf(refused)).toBe('invalid-address');
});

test('a group begins with what comes after its declaration, although nobody is there', async () => {
  const transport = open(optionsOf());
  await transport.ensureTopology({ channels: [event('any')], subscriptions: [] });
  await publish(transport, ['past']);
  await declare(transport, event('late'));
  await publish(transport, ['new']);
  expect(await takenBy(transport, 'late')).toEqual(['new']);
});

test('a group begins where the settings say, and where it is reset to', { timeout: 40_000 }, async () => {
  const options = optionsOf();
  const transport = open(options);
  await transport.ensureTopology({ channels: [event('any')], subscriptions: [] });
  await publish(transport, ['a', 'b']);
  const betweenMs = Date.now();
  await sleep(20);
  await publish(transport, ['c']);
  const startFrom = { 'paid/history': 'earliest', 'paid/recent': { timestampMs: betweenMs } } as const;
  const historian = open({ ...options, startFrom });
  await declare(historian, event('history'), event('recent'));
  expect(await takenBy(historian, 'history')).toEqual(['a', 'b', 'c']);
  expect(await takenBy(historian, 'recent')).toEqual(['c']);
  await resetOffsets(options, event('recent'), 'earliest');
  expect(await takenBy(historian, 'recent')).toEqual(['a', 'b', 'c']);
});

test('a group with members is not reset', { timeout: 20_000 }, async () => {
  const options = optionsOf();
  const transport = open(options);
  await declare(transport, event('busy'));
  await publish(transport, ['a']);
  const receiver = await transport.openReceiver(event('busy'), {
    leaseMs: 1000,
    unsettledMax: 10,
    onLost: () => undefined,
  });
  await receiver.receiveBatch(1, abortedAfter(10_000));
  await expect(resetOffsets(options, event('busy'), 'earliest')).rejects.toMatchObject({ reason: 'group-in-use' });
});

test('what waits, and for how long, is known before anybody has read it, in each partition too', async () => {
  const options = optionsOf();
  const transport = open(options);
  await declare(transport, event('slow'));
  await publish(transport, ['a', 'b', 'c']);
  await sleep(300);
  const { ready, inFlight, oldestAgeMs } = await transport.inspect(event('slow'));
  expect([ready, inFlight]).toEqual([3, 0]);
  expect(oldestAgeMs).toBeGreaterThanOrEqual(299);
  expect(oldestAgeMs).toBeLessThan(20_000);
  const lags = await inspectPartitions(options, event('slow'));
  // The three keys have one partition.
  expect(lags.map(({ partition, committed, lag }) => [partition, committed, lag])).toEqual([
    [0, 0, 3],
    [1, 0, 0],
  ]);
  expect(lags[0]?.oldestAgeMs).toBeGreaterThanOrEqual(oldestAgeMs ?? 0);
  expect(await takenBy(transport, 'slow')).toEqual(['a', 'b', 'c']);
  const done = await inspectPartitions(options, event('slow'));
  expect(done.map(({ lag, oldestAgeMs: ageMs }) => [lag, ageMs])).toEqual([
    [0, 0],
    [0, 0],
  ]);
});
