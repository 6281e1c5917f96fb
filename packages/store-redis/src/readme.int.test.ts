import { findBroker } from '@waybill/conformance/brokers';
import { createBus, defineCommand, fingerprint, memoryStore, systemClock } from '@waybill/core';
import { inProcessTransport } from '@waybill/core/testing';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import {
  cacheAside,
  concurrencyLimiter,
  idempotencyCache,
  rateLimiter,
  redisConnection,
  requestFilter,
} from './index.ts';

const broker = await findBroker('redis', 'the programs of the README of the Redis package');
const url = broker?.address ?? '';

beforeEach(({ skip }) => skip(broker === undefined, 'Redis cannot be had here.'));
afterAll(() => broker?.stop());

interface Webhook {
  readonly id: string;
  readonly order: { readonly orderId: string };
}

test('a webhook behind the filter', async () => {
  const ChargeOrder = defineCommand({ name: 'charge-order', version: 1, schema: z.object({ orderId: z.string() }) });
  const bus = createBus({ transport: inProcessTransport({ clock: systemClock }), store: memoryStore() });
  const charged: string[] = [];
  bus.handle(ChargeOrder, ({ orderId }) => void charged.push(orderId), { effect: 'once', durability: 'volatile' });
  await bus.start();
  const report = (): void => undefined;
  // #region filter
  const redis = redisConnection({ url, observe: report });
  const filter = requestFilter({
    connection: redis,
    name: 'marketplace',
    onFailure: 'open', // the inbox behind it is the authority; a lost Redis must not stop orders
    leaseMs: 10_000, // longer than a publish takes
    keepMs: 48 * 3_600_000, // longer than the marketplace repeats
  });

  async function receive(webhook: Webhook): Promise<number> {
    const publish = async () => void (await bus.send(ChargeOrder, webhook.order));
    const { status } = await filter.run(webhook.id, publish, fingerprint(webhook.order));
    if (status === 'in-progress') return 503; // "come again": whoever is at work may still die
    return status === 'conflict' ? 422 : 200;
  }
  // #endregion
  onTestFinished(async () => {
    await redis.close();
    await bus.stop();
  });
  const webhook = { id: 'webhook-1', order: { orderId: 'o-1' } };
  const answers = await Promise.all([receive(webhook), receive(webhook)]);
  expect(new Set(answers)).toEqual(new Set([200, 503]));
  expect(await receive(webhook)).toBe(200);
  expect(await receive({ ...webhook, order: { orderId: 'o-2' } })).toBe(422);
  await bus.drain();
  expect(charged).toEqual(['o-1']);
});

test('the other uses', async () => {
  const loadShop = (): Promise<{ region: string }> => Promise.resolve({ region: 'sg' });
  const request = { key: 'attempt-1', print: fingerprint({ cart: 1 }) };
  const placeOrder = (): Promise<Uint8Array> => Promise.resolve(new Uint8Array([1]));
  const callProvider = (): Promise<string> => Promise.resolve('paid');
  // #region uses
  const connection = redisConnection({ url });

  const shops = cacheAside({
    connection,
    name: 'shops',
    onFailure: 'open',
    schema: z.object({ region: z.string() }),
    ttlMs: 60_000,
  });
  const { region } = await shops.get('shop-1', loadShop);

  const answers = idempotencyCache({ connection, name: 'checkout', onFailure: 'open', keepMs: 86_400_000 });
  const cached = await answers.read(request.key, request.print);
  if (cached.status === 'miss') await answers.keep(request.key, request.print, await placeOrder());

  const rate = rateLimiter({
    connection,
    name: 'provider',
    onFailure: 'closed', // the provider blocks those who exceed it: better to wait than to guess
    perKey: { requests: 10, periodMs: 1000, burst: 5 },
    global: { requests: 100, periodMs: 1000 },
  });
  const verdict = await rate.take('shop-1');

  const workers = concurrencyLimiter({ connection, name: 'provider', onFailure: 'closed', limit: 8, leaseMs: 30_000 });
  const place = await workers.acquire('provider');
  if (place.status === 'acquired') {
    await callProvider();
    await place.slot.release();
  }

  const { latencyMs, evictionPolicy } = await connection.inspect();
  await connection.close();
  // #endregion
  expect([region, verdict.status, place.status, evictionPolicy]).toEqual(['sg', 'allowed', 'acquired', 'noeviction']);
  expect(latencyMs).toBeGreaterThan(0);
});
