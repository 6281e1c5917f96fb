import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  clientOf,
  createClosers,
  openProvider,
  orderIdOf,
  startShopProcess,
  submit,
  submitUnderLoad,
  untilPaid,
} from './testing/shop-process.ts';

const closers = createClosers();
let parent: string;
let data: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'waybill-checkout-'));
  data = join(parent, 'data');
});
afterEach(async () => {
  await closers.closeAll();
  await rm(parent, { recursive: true });
});

/** In a folder of its own. */
const run = (...args: readonly string[]) => startShopProcess({ closers, data, args });

test('the service takes an order, knows it again, and goes at SIGINT', async () => {
  const service = run();
  const shop = await clientOf(service, closers);
  const first = await submit(shop, 'form-1');
  expect(first).toMatchObject({ status: 202, body: { total: { amount: 2490, currency: 'EUR' } } });
  expect(await submit(shop, 'form-1')).toEqual(first);
  const orderId = orderIdOf(first);
  expect((await shop.request({ method: 'GET', path: `/orders/${orderId}` })).body).toMatchObject({ orderId });
  expect((await shop.request({ method: 'GET', path: '/orders/%00' })).status).toBe(404);
  service.child.kill('SIGINT');
  expect(await service.ended).toEqual([0, null]);
}, 120_000);

test('killed under load, twice, it goes on where it was: every answered order is there once, and charged once', async () => {
  const { desk, url } = await openProvider(closers);
  const wishes = Array.from({ length: 120 }, (_, at) => `wish-${at}`);
  const answers = new Map<string, string>();
  for (const killAfter of [25, 70]) {
    const service = run('--provider-url', url);
    const shop = await clientOf(service, closers);
    const load = submitUnderLoad(shop, wishes.slice(answers.size), answers);
    await expect.poll(() => answers.size, { timeout: 60_000, interval: 5 }).toBeGreaterThanOrEqual(killAfter);
    await service.kill9();
    await load;
    expect(answers.size).toBeLessThan(wishes.length);
  }

  const shop = await clientOf(run('--provider-url', url), closers);
  for (const wish of wishes) {
    const orderId = orderIdOf(await submit(shop, wish));
    expect([wish, orderId]).toEqual([wish, answers.get(wish) ?? orderId]);
    answers.set(wish, orderId);
  }
  expect(new Set(answers.values()).size).toBe(wishes.length);
  await untilPaid(shop, answers.values());
  const charged = desk.ledger().map(({ orderId }) => orderId);
  expect(charged.toSorted()).toEqual([...answers.values()].toSorted());
}, 400_000);

test('an option that is wrong ends it with what to do', async () => {
  const { output, ended } = run('--port', 'many');
  expect(await ended).toEqual([1, null]);
  expect(output.text).toContain('--port: must be a whole number');
  expect(output.text).toContain('npm run checkout -- [options]');
}, 60_000);

test('a folder that another shop has open is refused with what to do', async () => {
  await clientOf(run(), closers);
  const { output, ended } = run();
  expect(await ended).toEqual([1, null]);
  expect(output.text).toContain('a folder belongs to one process');
}, 180_000);
