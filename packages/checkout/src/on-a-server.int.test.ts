import { findBroker } from '@waybill/conformance/brokers';
import { systemClock, systemNewId } from '@waybill/core';
import { pgDatabase } from '@waybill/store-postgres';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { ArchitectureParts } from './architectures/architecture.ts';
import { commitFirst } from './architectures/commit-first.ts';
import { createWorkload } from './buyers/workload.ts';
import { comparedCommitFirst } from './compare/compared-commit-first.ts';
import { loadCatalogue } from './load-catalogue.ts';
import { describeDatabase, openDatabase } from './orders/open-database.ts';
import { dropOrderBook, openOrderBook } from './orders/open-order-book.ts';
import { busyProvider } from './provider/provider-behaviour.ts';
import { runArchitecture } from './run-architecture.ts';

const server = await findBroker('postgres', 'the checkout on a server');
const url = server?.address ?? '';

beforeEach(({ skip }) => skip(server === undefined, 'PostgreSQL cannot be had here.'));
afterAll(() => server?.stop());

/** Names of the schemas that comparisons have made. */
const shopSchemas = async (): Promise<readonly unknown[]> => {
  const database = pgDatabase({ url });
  const { rows } = await database.query(
    "select nspname as name from pg_namespace where nspname like 'waybill_comparison%' order by nspname",
  );
  await database.close();
  return rows.map(({ name }) => name);
};

test('the comparison runs on the server that DATABASE_URL names, and leaves nothing there', async () => {
  const before = await shopSchemas();
  const { commitFirst: architecture, close } = comparedCommitFirst({ orders: 'memory', databaseUrl: url });
  expect(architecture.nearest).toContain('a PostgreSQL server');
  const catalogue = await loadCatalogue();
  const result = await runArchitecture({
    architecture,
    catalogue,
    workload: createWorkload({ seed: 1, buyers: 5, catalogue }),
    behaviour: { ...busyProvider, latency: { medianMs: 20, sigma: 0.1 }, slowShare: 0, declinedShare: 0 },
    seed: 1,
    clock: systemClock,
    newId: systemNewId,
    settleMs: 60_000,
  });
  await close();
  expect(result).toMatchObject({ orders: 5, duplicateOrders: 0, duplicateCharges: 0, lostOrders: 0, stuckOrders: 0 });
  expect(await shopSchemas()).toEqual(before);
}, 180_000);

test('a shop that starts again on the server knows its orders, and takes the payments that are open', async () => {
  const schema = `checkout_${systemNewId().replaceAll('-', '')}`;
  const start = (payments: ArchitectureParts['payments']) => {
    const database = openDatabase({ url });
    const openOrders = () => openOrderBook({ database, schema });
    const parts = { clock: systemClock, newId: systemNewId, random: () => 0.5, payments };
    return commitFirst({ openOrders, database: describeDatabase(database) }).start(parts);
  };
  const price = { amount: 250, currency: 'EUR' };
  const checkout = {
    request: { customer: { id: 'c1', email: 'c1@example.com' }, lines: [{ productId: 'pen', quantity: 1 }] },
    cart: { lines: [], total: price },
  };
  const asked: string[] = [];
  const first = await start({
    // Asked, and never answered: the shop ends before.
    charge: (request) => {
      asked.push(request.key ?? '');
      return new Promise(() => undefined);
    },
    lookUp: () => new Promise(() => undefined),
  });
  const { orderId } = await first.service.placeOrder(checkout, 'form-1');
  await expect.poll(() => asked.length, { timeout: 30_000 }).toBe(1);

  // Its broker was in its memory: the command goes with it.
  await first.stop();

  const second = await start({
    charge: () => Promise.reject(new Error('charged again')),
    lookUp: async (key) => {
      asked.push(key);
      return { status: 'captured', chargeId: 'ch_1' };
    },
  });
  const statusOf = async (): Promise<unknown> => (await second.service.findOrder(orderId))?.status;
  await expect.poll(statusOf, { timeout: 30_000 }).toBe('PAID');
  expect(await second.service.placeOrder(checkout, 'form-1')).toMatchObject({ orderId, isReplay: true });
  expect(new Set(asked).size).toBe(1);
  await second.stop();

  const database = pgDatabase({ url });
  await dropOrderBook({ database, schema });
  await database.close();
}, 180_000);
