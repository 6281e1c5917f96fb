import { randomUUID } from 'node:crypto';
import { findBroker } from '@waybill/conformance/brokers';
import { createBus, defineCommand, memoryStore } from '@waybill/core';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { rabbitTransport } from './index.ts';
import { createRabbitAdmin } from './testing/rabbit-admin.ts';

const broker = await findBroker('rabbitmq', 'the program of the README of the RabbitMQ transport', { tls: true });

beforeEach(({ skip }) => skip(broker === undefined, 'RabbitMQ cannot be had here.'));
afterAll(() => broker?.stop());

test('the program of the README runs', async () => {
  const url = broker?.address ?? '';
  const charged = Promise.withResolvers<string>();
  const charge = (orderId: string): void => charged.resolve(orderId);
  // #region program
  const ChargeOrder = defineCommand({
    name: 'charge-order',
    version: 1,
    schema: z.object({ orderId: z.string() }),
    orderingKey: (order) => order.orderId,
  });
  const bus = createBus({ transport: rabbitTransport({ urls: [url] }), store: memoryStore() });
  // The memory store forgets with the process, and says so; with a durable one leave this off.
  bus.handle(ChargeOrder, ({ orderId }) => charge(orderId), { durability: 'volatile' });
  await bus.start();
  await bus.send(ChargeOrder, { orderId: 'o-1' });
  // #endregion
  expect(await charged.promise).toBe('o-1');
  await bus.stop();
});

test('the settings of the README for a cluster are accepted, and its credentials asked for', async () => {
  const certificate = broker?.tls?.ca ?? '';
  const readSecret = (): Promise<string> => Promise.resolve('guest');
  // #region cluster
  const transport = rabbitTransport({
    urls: ['amqps://rabbit-1.internal', 'amqps://rabbit-2.internal'],
    tls: { ca: certificate },
    credentials: async () => ({ username: 'shop', password: await readSecret() }),
    connectionName: 'billing',
    partitions: 16,
  });
  // #endregion
  expect(transport.name).toBe('rabbit');
  await transport.close();

  const asked: string[] = [];
  const secure = rabbitTransport({
    urls: [broker?.tls?.address ?? ''],
    tls: { ca: certificate },
    namePrefix: `readme-${randomUUID().slice(0, 8)}`,
    credentials: async () => {
      asked.push('asked');
      return { username: 'guest', password: await readSecret() };
    },
  });
  await secure.ensureTopology({ channels: [{ kind: 'event', channel: 'orders' }], subscriptions: [] });
  expect(asked).toEqual(['asked']);
  await secure.close();
});

test('the rights that the README names suffice, and no others are needed', async () => {
  const admin = createRabbitAdmin(broker?.adminAddress);
  const rights = (write: string): Promise<void> =>
    admin.change('PUT', 'permissions/%2F/shop', { configure: '^shop:', write, read: '^shop:' });
  await admin.change('PUT', 'users/shop', { password: 'one', tags: '' });
  await rights('^shop:');
  const options = {
    urls: [broker?.address ?? ''],
    credentials: () => ({ username: 'shop', password: 'one' }),
    namePrefix: 'shop',
    partitions: 1,
    delaysMs: [100],
  };
  const orders = { kind: 'command', channel: 'orders', group: 'workers', leaseMs: 30_000 } as const;
  const topology = { channels: [orders], subscriptions: [orders] };
  const transport = rabbitTransport(options);
  await transport.ensureTopology(topology);
  const receiver = await transport.openReceiver(orders, { leaseMs: 1, unsettledMax: 1, onLost: () => undefined });
  const sender = await transport.openSender(orders);
  const message = { id: 'm', key: undefined, deduplicationKey: 'm', headers: {}, body: Buffer.from('x'), delayMs: 50 };
  expect(await sender.sendBatch([message])).toEqual([{ status: 'confirmed' }]);
  expect(await receiver.receiveBatch(1, new AbortController().signal)).toHaveLength(1);
  await transport.close();

  const expiring = rabbitTransport({ ...options, expireAfterMs: 1000 });
  const invoices = { ...topology, subscriptions: [], channels: [{ ...orders, channel: 'invoices' }] };
  const refused: unknown = await expiring.ensureTopology(invoices).catch((error: unknown) => error);
  expect(expiring.codeOf(refused)).toBe('unauthorized');
  await rights('^(shop:|amq\\.default$)');
  await expiring.ensureTopology(invoices);
  await expiring.close();
});
