import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBroker } from '@waybill/conformance/brokers';
import { defineCommand } from '@waybill/core';
import type { Environment, ImportPackage } from '@waybill/core';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { configuredBus } from './configured-bus.ts';

const server = await findBroker('postgres', 'the same program on PostgreSQL');
const cwd = await mkdtemp(join(tmpdir(), 'waybill-stores-'));
const folder = join(cwd, 'shop');

afterAll(async () => {
  await rm(cwd, { recursive: true });
  await server?.stop();
});

const ChargeOrder = defineCommand({
  name: 'charge-order',
  version: 1,
  schema: z.object({ orderId: z.string() }),
  deduplicationKey: ({ orderId }) => orderId,
});
// From the sources of the workspace, not from what was built last.
const importPackage: ImportPackage = (name) => import(name) as Promise<object>;

/** One program, which knows no store: what it charged, over two starts that are given the same orders. */
async function chargeTwice(env: Environment): Promise<readonly string[]> {
  const charged: string[] = [];
  for (const orders of [
    ['1', '2'],
    ['2', '3'],
  ]) {
    const bus = await configuredBus({ cwd, env, importPackage });
    bus.handle(ChargeOrder, ({ orderId }) => void charged.push(orderId), { effect: 'once', durability: 'volatile' });
    await bus.start();
    for (const orderId of orders) await bus.transaction((context) => context.send(ChargeOrder, { orderId }));
    await bus.drain({ timeoutMs: 30_000 });
    await bus.stop();
  }
  return charged.toSorted();
}

const write = (store: object): Promise<void> =>
  writeFile(join(cwd, 'waybill.config.json'), JSON.stringify({ transport: { kind: 'memory' }, store }));

test('in memory the second start knows nothing of the first', async () => {
  await write({ kind: 'memory' });
  expect(await chargeTwice({})).toEqual(['1', '2', '2', '3']);
});

test('in a folder every order is charged once', { timeout: 120_000 }, async () => {
  await write({ kind: 'pglite', folder });
  expect(await chargeTwice({})).toEqual(['1', '2', '3']);
  expect(await readdir(cwd)).toContain('shop');
});

test('DATABASE_URL moves it to a server, with no other change', { timeout: 60_000 }, async ({ skip }) => {
  skip(server === undefined, 'PostgreSQL cannot be had here.');
  await write({ kind: 'pglite', folder: join(cwd, 'unused') });
  expect(await chargeTwice({ DATABASE_URL: server?.address })).toEqual(['1', '2', '3']);
  expect(await readdir(cwd)).not.toContain('unused');
});
