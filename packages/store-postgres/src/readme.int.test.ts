import { findBroker } from '@waybill/conformance/brokers';
import { createBus, defineCommand } from '@waybill/core';
import { exportSql, pgDatabase, postgresStore, reservations } from '@waybill/store-postgres';
import type { StockLine } from '@waybill/store-postgres';
import { pgliteDatabase } from '@waybill/store-postgres/pglite';
import { memoryTransport } from '@waybill/transport-memory';
import { Client } from 'pg';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';

// A machine that is busy with other servers makes them slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const server = await findBroker('postgres', 'the program of the README of the PostgreSQL store');
const url = server?.address ?? '';

beforeEach(async ({ skip }) => skip(server === undefined, 'PostgreSQL cannot be had here.'));
afterAll(() => server?.stop());

test('the program of the README runs, and charges once', async () => {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query('create table charges (order_id text primary key, amount integer not null)');
  // #region program
  const ChargeOrder = defineCommand({
    name: 'charge-order',
    version: 1,
    schema: z.object({ orderId: z.string(), amount: z.int() }),
    deduplicationKey: (order) => order.orderId,
  });
  const store = postgresStore({ database: pgDatabase({ url }) });
  const bus = createBus({ transport: memoryTransport(), store });
  const charge = 'insert into charges (order_id, amount) values ($1, $2)';
  bus.handle(
    ChargeOrder,
    async ({ orderId, amount }, { transaction }) => {
      await transaction?.query(charge, [orderId, amount]);
    },
    { effect: 'once' },
  );
  await bus.start();
  await bus.transaction(async ({ send }) => {
    await send(ChargeOrder, { orderId: 'o-1', amount: 4200 });
  });
  // #endregion
  await bus.drain({ timeoutMs: 10_000 });
  // #region prune
  const dayMs = 24 * 60 * 60 * 1000;
  const deleted = await store.pruneInbox({ olderThanMs: 30 * dayMs });
  // #endregion
  expect(deleted).toBe(0);
  await pruneNightly();
  await bus.stop();
  expect((await admin.query<{ readonly amount: number }>('select amount from charges')).rows).toEqual([
    { amount: 4200 },
  ]);
  await admin.end();
});

test('the shop of the README reserves, confirms and gives back', async () => {
  const store = postgresStore({ database: pgDatabase({ url }) });
  const bus = createBus({ transport: memoryTransport(), store, relay: 'off' });
  await bus.start();
  // #region reserve
  const stock = reservations({ holdMs: 15 * 60_000 });

  const takeIn = (deliveryId: string, sku: string, quantity: number) =>
    bus.transaction(({ native }) => stock.restock(native, deliveryId, { sku, quantity }));
  const reserve = (orderId: string, lines: readonly StockLine[]) =>
    bus.transaction(({ native }) => stock.reserve(native, orderId, lines)); // reserved, known, conflict or insufficient
  const confirm = (orderId: string, skus: readonly string[]) =>
    bus.transaction(({ native }) => stock.confirm(native, orderId, skus)); // paid: `false` when it came too late
  const cancel = (orderId: string, skus: readonly string[]) =>
    bus.transaction(({ native }) => stock.release(native, orderId, skus));
  // #endregion
  const line = { sku: 'lamp', quantity: 2 };
  await takeIn('d-1', 'lamp', 3);
  expect(await reserve('o-1', [line])).toEqual({ status: 'reserved' });
  expect(await reserve('o-2', [line])).toEqual({ status: 'insufficient', missing: [{ sku: 'lamp', quantity: 1 }] });
  expect(await confirm('o-1', ['lamp'])).toBe(true);
  expect(await cancel('o-1', ['lamp'])).toEqual([line]);
  await bus.stop();
});

test('the SQL of the README and the embedded store can be had', async () => {
  // #region sql
  const sql = exportSql({ schema: 'waybill', fromVersion: 0 });
  // #endregion
  expect(sql).toContain('create schema if not exists "waybill";');
  // #region embedded
  const store = postgresStore({ database: pgliteDatabase({ folder: 'data/shop' }) });
  // #endregion
  expect(store.capabilities.durability.level).toBe('native');
  await store.close();
});

async function pruneNightly(): Promise<void> {
  // #region prune-nightly
  const dayMs = 24 * 60 * 60 * 1000;
  const store = postgresStore({ database: pgDatabase({ url, connectionsMax: 1 }), migrations: 'off' });
  await store.pruneInbox({ olderThanMs: 30 * dayMs });
  await store.close();
  // #endregion
}
