import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@waybill/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createJsonClient } from './http/json-client.ts';
import type { JsonResponse } from './http/json-client.ts';
import { listen } from './http/listen.ts';
import { createChargeDesk } from './provider/charge-desk.ts';
import { createProviderServer } from './provider/create-provider-server.ts';
import { busyProvider } from './provider/provider-behaviour.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const closers: (() => unknown)[] = [];
let parent: string;
let data: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'waybill-checkout-'));
  data = join(parent, 'data');
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  await rm(parent, { recursive: true });
});

/** The service as `npm run checkout` runs it, on ports that are free and a folder of its own. */
const run = (...args: readonly string[]) => {
  const flags = ['--port', '0', '--provider-port', '0', '--data', data];
  const env = { ...process.env, DATABASE_URL: '', LOG_LEVEL: 'fatal' };
  const child = spawn(process.execPath, ['--conditions=source', main, ...flags, ...args], { env });
  const ended = once(child, 'exit');
  const kill9 = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  closers.push(kill9);
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output.text += chunk;
    });
  }
  return { child, output, ended, kill9 };
};

/** A client of the shop, once it listens. */
const clientOf = async ({ output }: ReturnType<typeof run>) => {
  await expect.poll(() => output.text, { timeout: 90_000 }).toContain('/problems');
  const [, origin = ''] = /The shop listens on (\S+),/.exec(output.text) ?? [];
  const shop = createJsonClient(origin);
  closers.push(shop.close);
  return shop;
};

type Shop = Awaited<ReturnType<typeof clientOf>>;

const submit = (shop: Shop, wish: string): Promise<JsonResponse> =>
  shop.request({
    method: 'POST',
    path: '/checkouts',
    headers: { 'idempotency-key': wish },
    body: { customer: { id: wish, email: 'ada@example.com' }, lines: [{ productId: 'fountain-pen', quantity: 1 }] },
  });

const orderIdOf = ({ body }: JsonResponse): string => (body as { readonly orderId: string }).orderId;

test('the service takes an order, knows it again, and goes at SIGINT', async () => {
  const { child, ended, ...service } = run();
  const shop = await clientOf({ child, ended, ...service });
  const first = await submit(shop, 'form-1');
  expect(first).toMatchObject({ status: 202, body: { total: { amount: 2490, currency: 'EUR' } } });
  expect(await submit(shop, 'form-1')).toEqual(first);
  const orderId = orderIdOf(first);
  expect((await shop.request({ method: 'GET', path: `/orders/${orderId}` })).body).toMatchObject({ orderId });
  expect((await shop.request({ method: 'GET', path: '/orders/%00' })).status).toBe(404);
  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
}, 120_000);

/** Submits wishes four at a time until it is told to stop or the shop has gone, and keeps every answer. */
const submitUnderLoad = async (shop: Shop, wishes: readonly string[], answers: Map<string, string>): Promise<void> => {
  const waiting = [...wishes];
  const submitOneByOne = async (): Promise<void> => {
    for (let wish = waiting.shift(); wish !== undefined; wish = waiting.shift()) {
      const answer = await submit(shop, wish).catch(() => undefined);
      if (answer?.status === 202) answers.set(wish, orderIdOf(answer));
    }
  };
  await Promise.all(Array.from({ length: 4 }, submitOneByOne));
};

/** The provider goes on when the shop dies, as somebody else's does. */
const openProvider = async () => {
  // Nearly all answers in time, and some are lost after the charge: what a killed shop does not know is looked up.
  const behaviour = { ...busyProvider, latency: { medianMs: 60, sigma: 0.4 }, slowShare: 0, declinedShare: 0 };
  const desk = createChargeDesk({ clock: systemClock, seed: 1, behaviour });
  const server = createProviderServer({ desk, clock: systemClock });
  const url = await listen(server, 0);
  closers.push(() => server.close());
  return { desk, url };
};

test('killed under load, twice, it goes on where it was: every answered order is there once, and charged once', async () => {
  const { desk, url } = await openProvider();
  const wishes = Array.from({ length: 120 }, (_, at) => `wish-${at}`);
  const answers = new Map<string, string>();
  for (const killAfter of [25, 70]) {
    const service = run('--provider-url', url);
    const shop = await clientOf(service);
    const load = submitUnderLoad(shop, wishes.slice(answers.size), answers);
    await expect.poll(() => answers.size, { timeout: 60_000, interval: 5 }).toBeGreaterThanOrEqual(killAfter);
    await service.kill9();
    await load;
    expect(answers.size).toBeLessThan(wishes.length);
  }

  const shop = await clientOf(run('--provider-url', url));
  for (const wish of wishes) {
    const orderId = orderIdOf(await submit(shop, wish));
    expect([wish, orderId]).toEqual([wish, answers.get(wish) ?? orderId]);
    answers.set(wish, orderId);
  }
  expect(new Set(answers.values()).size).toBe(wishes.length);
  const statusOf = async (orderId: string): Promise<unknown> =>
    ((await shop.request({ method: 'GET', path: `/orders/${orderId}` })).body as { readonly status: string }).status;
  for (const orderId of answers.values()) {
    await expect.poll(() => statusOf(orderId), { timeout: 90_000, interval: 50 }).toBe('PAID');
  }
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
  await clientOf(run());
  const { output, ended } = run();
  expect(await ended).toEqual([1, null]);
  expect(output.text).toContain('a folder belongs to one process');
}, 180_000);
