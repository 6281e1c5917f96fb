import { findBroker } from '@waybill/conformance/brokers';
import { createBus, defineCommand, memoryStore } from '@waybill/core';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { kafkaTransport } from './index.ts';
import { hostOf } from './testing/transport-stage.ts';

const users = { shop: 'sesame' };
const broker = await findBroker('kafka', 'the programs of the README of the Kafka transport', { tls: true, users });

beforeEach(({ skip }) => skip(broker === undefined, 'Kafka cannot be had here.'));
afterAll(() => broker?.stop());

test('the program of the README runs', { timeout: 30_000 }, async () => {
  const address = hostOf(broker?.address ?? '');
  const charged = Promise.withResolvers<string>();
  const charge = (orderId: string): void => charged.resolve(orderId);
  // #region program
  const ChargeOrder = defineCommand({
    name: 'charge-order',
    version: 1,
    schema: z.object({ orderId: z.string() }),
    orderingKey: (order) => order.orderId,
  });
  const bus = createBus({ transport: kafkaTransport({ brokers: [address] }), store: memoryStore() });
  // The memory store forgets with the process, and says so; with a durable one leave this off.
  bus.handle(ChargeOrder, ({ orderId }) => charge(orderId), { durability: 'volatile' });
  await bus.start();
  await bus.send(ChargeOrder, { orderId: 'o-1' });
  // #endregion
  expect(await charged.promise).toBe('o-1');
  await bus.stop();
});

test('the settings of the README for a cluster are accepted', async () => {
  const certificate = broker?.tls?.ca ?? '';
  const readSecret = (): Promise<string> => Promise.resolve('sesame');
  // #region cluster
  const transport = kafkaTransport({
    brokers: ['kafka-1.internal:9093', 'kafka-2.internal:9093'],
    tls: { ca: certificate },
    sasl: {
      mechanism: 'scram-sha-512',
      credentials: async () => ({ username: 'shop', password: await readSecret() }),
    },
    partitions: 16,
    replicas: 3,
  });
  // #endregion
  expect(transport.name).toBe('kafka');
  await transport.close();
});

test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
  'a login by %s over TLS is asked for at every connection, and a wrong one is refused by its code',
  { timeout: 30_000 },
  async (mechanism) => {
    const topology = { channels: [{ kind: 'event', channel: `secure-${mechanism}` } as const], subscriptions: [] };
    const asked: string[] = [];
    const open = (password: string) =>
      kafkaTransport({
        brokers: [hostOf(broker?.sasl?.address ?? '')],
        tls: { ca: broker?.tls?.ca },
        sasl: {
          mechanism,
          credentials: async () => {
            asked.push(password);
            return { username: 'shop', password };
          },
        },
      });
    const friend = open('sesame');
    await friend.ensureTopology(topology);
    await friend.close();
    expect(asked.length).toBeGreaterThan(0);
    const stranger = open('guess');
    const refused: unknown = await stranger.ensureTopology(topology).catch((error: unknown) => error);
    expect(stranger.codeOf(refused)).toBe('unauthorized');
    await stranger.close();
  },
);

test('a login by a token is asked for as well', { timeout: 30_000 }, async () => {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const soon = Math.floor(Date.now() / 1000) + 60;
  const token = `${encode({ alg: 'none' })}.${encode({ sub: 'shop', exp: soon, iat: soon - 60 })}.`;
  let asked = 0;
  const transport = kafkaTransport({
    brokers: [hostOf(broker?.sasl?.address ?? '')],
    tls: { ca: broker?.tls?.ca },
    sasl: {
      mechanism: 'oauthbearer',
      token: () => {
        asked += 1;
        return token;
      },
    },
  });
  await transport.ensureTopology({ channels: [{ kind: 'event', channel: 'by-token' }], subscriptions: [] });
  await transport.close();
  expect(asked).toBeGreaterThan(0);
});

test('a certificate that nobody vouches for is refused by its code', { timeout: 30_000 }, async () => {
  const transport = kafkaTransport({ brokers: [hostOf(broker?.tls?.address ?? '')], tls: {} });
  const refused: unknown = await transport
    .ensureTopology({ channels: [{ kind: 'event', channel: 'secure' }], subscriptions: [] })
    .catch((error: unknown) => error);
  expect(transport.codeOf(refused)).toBe('unauthorized');
  await transport.close();
});
