import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import type { Delivery, SubscriptionAddress, TransportDriver, TransportReceiver } from '@waybill/core/driver';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { rabbitTransport } from './rabbit-transport.ts';

const broker = await findBroker('rabbitmq', 'the transport on RabbitMQ');

beforeEach(({ skip }) => skip(broker === undefined, 'RabbitMQ cannot be had here.'));

afterAll(() => broker?.stop());

const subscription: SubscriptionAddress = { kind: 'event', channel: 'orders', group: 'billing' };

interface Stage {
  readonly transports: readonly TransportDriver[];
  readonly send: (key: string, bodies: readonly string[]) => Promise<void>;
}

/** Transports of one system, as so many instances have them. */
const openStage = async (count: number): Promise<Stage> => {
  const namePrefix = `stage-${randomUUID().slice(0, 8)}`;
  const options = { urls: [broker?.address ?? ''], namePrefix, partitions: 2 };
  const transports = Array.from({ length: count }, () => rabbitTransport(options));
  onTestFinished(async () => {
    await Promise.all(transports.map((transport) => transport.close()));
  });
  const [first] = transports;
  if (first === undefined) throw new Error('No transport was asked for.');
  await first.ensureTopology({ channels: [], subscriptions: [{ ...subscription, leaseMs: 30_000 }] });
  const sender = await first.openSender(subscription);
  const send = async (key: string, bodies: readonly string[]): Promise<void> => {
    const messages = bodies.map((body) => ({
      id: randomUUID(),
      key,
      deduplicationKey: body,
      headers: { tenant: 'a' },
      body: Buffer.from(body),
      delayMs: 0,
    }));
    const outcomes = await sender.sendBatch(messages);
    expect(outcomes.map(({ status }) => status)).toEqual(messages.map(() => 'confirmed'));
  };
  return { transports, send };
};

const openReceiver = (transport: TransportDriver | undefined, unsettledMax = 10): Promise<TransportReceiver> => {
  if (transport === undefined) throw new Error('There is no such transport.');
  return transport.openReceiver(subscription, { leaseMs: 30_000, unsettledMax, onLost: () => undefined });
};

const receiveAll = async (receiver: TransportReceiver, count: number): Promise<readonly Delivery[]> => {
  const received: Delivery[] = [];
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), 10_000);
  while (received.length < count && !giveUp.signal.aborted) {
    received.push(...(await receiver.receiveBatch(count - received.length, giveUp.signal)));
  }
  clearTimeout(timer);
  return received;
};

test('what is sent is received with its key, identity and headers, and when it was sent', async () => {
  const { transports, send } = await openStage(1);
  const receiver = await openReceiver(transports[0]);
  const sentAtMs = Date.now();
  await send('a', ['one', 'two']);
  const received = await receiveAll(receiver, 2);
  expect(received.map(({ message }) => Buffer.from(message.body).toString())).toEqual(['one', 'two']);
  expect(received[0]?.message).toMatchObject({
    key: 'a',
    deduplicationKey: 'one',
    headers: { tenant: 'a' },
    delayMs: 0,
  });
  expect(received[0]?.attempt).toBe(1);
  expect(Math.abs((received[0]?.enqueuedAtMs ?? 0) - sentAtMs)).toBeLessThan(5_000);
});

test('the age is that of the oldest message held, what waits behind it is counted, and no consumer is disturbed', async () => {
  const { transports, send } = await openStage(1);
  const [transport] = transports;
  const receiver = await openReceiver(transport, 4);
  expect(await transport?.inspect(subscription)).toEqual({ ready: 0, inFlight: 0, oldestAgeMs: 0 });
  const sentAtMs = Date.now();
  await send('a', ['1', '2', '3', '4', '5']);
  const held = await receiveAll(receiver, 2);
  await sleep(400);
  const seen = await transport?.inspect(subscription);
  expect(seen).toMatchObject({ ready: 3, inFlight: 2 });
  const waitedMs = Date.now() - sentAtMs;
  expect(seen?.oldestAgeMs).toBeGreaterThanOrEqual(400);
  expect(seen?.oldestAgeMs).toBeLessThanOrEqual(waitedMs);
  await receiver.settleBatch(held.map(({ receipt }) => ({ receipt, action: 'accept' })));
  const rest = await receiveAll(receiver, 2);
  expect(rest.map(({ attempt }) => attempt)).toEqual([1, 1]);
});

test('where nobody works the age is at least the time since that was first seen, and unknown at first sight', async () => {
  const { transports, send } = await openStage(1);
  const [transport] = transports;
  await send('a', ['1', '2']);
  expect(await transport?.inspect(subscription)).toEqual({ ready: 2, inFlight: 0, oldestAgeMs: undefined });
  await sleep(300);
  const later = await transport?.inspect(subscription);
  expect(later?.oldestAgeMs).toBeGreaterThanOrEqual(300);
});

test('what another process holds is unknown, and not 0', async () => {
  const { transports, send } = await openStage(2);
  const active = await openReceiver(transports[0]);
  await openReceiver(transports[1]);
  await send('a', ['1']);
  await receiveAll(active, 1);
  expect(await transports[1]?.inspect(subscription)).toEqual({ ready: 0, inFlight: undefined, oldestAgeMs: undefined });
  const known = await transports[0]?.inspect(subscription);
  expect(known?.oldestAgeMs).toBeGreaterThanOrEqual(0);
});

test('a closed transport refuses everything with its code, and closing twice is once', async () => {
  const { transports } = await openStage(1);
  const [transport] = transports;
  const receiver = await openReceiver(transport);
  await transport?.close();
  await transport?.close();
  const errors = await Promise.all([
    transport?.inspect(subscription).catch((error: unknown) => error),
    transport?.openSender(subscription).catch((error: unknown) => error),
    receiver.receiveBatch(1, new AbortController().signal).catch((error: unknown) => error),
  ]);
  expect(errors.map((error) => transport?.codeOf(error))).toEqual(['closed', 'closed', 'closed']);
});

test('a subscription that was never made is not found', async () => {
  const { transports } = await openStage(1);
  const [transport] = transports;
  const options = { leaseMs: 1, unsettledMax: 1, onLost: () => undefined };
  const missing = { ...subscription, group: 'nobody' };
  const error = await transport?.openReceiver(missing, options).catch((failure: unknown) => failure);
  expect(transport?.codeOf(error)).toBe('not-found');
});
