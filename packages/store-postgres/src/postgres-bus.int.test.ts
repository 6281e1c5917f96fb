import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { startProxy } from '@waybill/conformance/proxy';
import type { Proxy } from '@waybill/conformance/proxy';
import { createBus, defineCommand } from '@waybill/core';
import type { Bus } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { Client } from 'pg';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { pgDatabase } from './pg/pg-database.ts';
import type { PgTransactionClient } from './pg/pg-transaction-client.ts';
import { postgresStore } from './postgres-store.ts';
import type { SqlTransaction } from './sql/database.ts';

// A machine that is busy with other servers makes them slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const server = await findBroker('postgres', 'a bus on the PostgreSQL store');
const direct = server?.address ?? '';

const schema = z.object({ customer: z.string(), orderId: z.string() });
const ChargeOrder = defineCommand({
  name: 'charge-order',
  version: 1,
  schema,
  orderingKey: ({ customer }) => customer,
  deduplicationKey: ({ orderId }) => orderId,
});
type Order = z.infer<typeof schema>;
type ShopBus = Bus<SqlTransaction<PgTransactionClient>>;

let admin: Client;
let proxy: Proxy;
let bus: ShopBus;

/** As a controller does it: the order and its message in one transaction; asked again when nobody knows whether it happened. */
async function placeOrder({ customer, orderId }: Order): Promise<void> {
  const once = () =>
    bus.transaction(async ({ native, send }) => {
      const insert = 'insert into orders values ($1, $2) on conflict do nothing returning id';
      const { rows } = await native.query(insert, [orderId, customer]);
      if (rows.length > 0) await send(ChargeOrder, { customer, orderId });
    });
  await once().catch(once);
}
const rowsOf = async (text: string): Promise<readonly unknown[]> =>
  (await admin.query<Record<string, unknown>>(text)).rows;
const charges = 'select order_id, count(*)::int as count from charges group by order_id order by order_id';
const onceEach = (orders: readonly Order[]) =>
  orders.map(({ orderId }) => ({ order_id: orderId, count: 1 })).toSorted((a, b) => (a.order_id < b.order_id ? -1 : 1));
const ordersOf = (count: number): readonly Order[] =>
  Array.from({ length: count }, (_, at) => ({ customer: `c-${at % 5}`, orderId: `o-${String(at).padStart(3, '0')}` }));

beforeEach(async ({ skip }) => {
  skip(server === undefined, 'PostgreSQL cannot be had here.');
  const { hostname: host, port } = new URL(direct);
  proxy = await startProxy({ target: { host, port: Number(port) }, protocol: 'postgres' });
  admin = new Client({ connectionString: direct });
  await admin.connect();
  await admin.query(`drop schema if exists waybill cascade; drop table if exists orders, charges;
    create table orders (id text primary key, customer text not null);
    create table charges (id bigint generated always as identity, order_id text not null)`);
  const url = direct.replace(/:\d+\//u, `:${proxy.port}/`);
  bus = createBus({ transport: memoryTransport(), store: postgresStore({ database: pgDatabase({ url }) }) });
  bus.handle(
    ChargeOrder,
    async ({ orderId }, { transaction }) => {
      await transaction?.query('insert into charges (order_id) values ($1)', [orderId]);
    },
    { effect: 'once', order: 'per-key', retry: { backoffMs: 1 } },
  );
  await bus.start();
});
afterEach(async () => {
  await bus.stop();
  await proxy.close();
  await admin.end();
});
afterAll(() => server?.stop());

test('an order and its message commit together, and every order is charged once', async () => {
  const orders = ordersOf(40);
  await Promise.all(orders.map(placeOrder));
  await bus.drain({ timeoutMs: 30_000 });
  expect(await rowsOf(charges)).toEqual(onceEach(orders));
  expect(await rowsOf('select count(*)::int as left from waybill.outbox')).toEqual([{ left: 0 }]);
});

test('an order that is rolled back leaves no message', async () => {
  const failing = bus.transaction(async ({ native, send }) => {
    await native.query("insert into orders values ('o-1', 'c')");
    await send(ChargeOrder, { customer: 'c', orderId: 'o-1' });
    throw new Error('declined');
  });
  await expect(failing).rejects.toThrow('declined');
  await bus.drain({ timeoutMs: 30_000 });
  expect(await rowsOf(charges)).toEqual([]);
  expect(await rowsOf('select * from orders')).toEqual([]);
});

test('the same order sent again and again, and again much later, is charged once', async () => {
  const order = { customer: 'c', orderId: 'o-1' };
  const send = () => bus.transaction((context) => context.send(ChargeOrder, order));
  await Promise.all([send(), send(), send()]);
  await bus.drain({ timeoutMs: 30_000 });
  await send();
  await bus.drain({ timeoutMs: 30_000 });
  expect(await rowsOf(charges)).toEqual([{ order_id: 'o-1', count: 1 }]);
});

test.each([
  ['before the server has it', 'postgres.commit'],
  ['before its answer is here', 'postgres.committed'],
] as const)('connections that are cut at COMMIT, %s, lose and double nothing', async (_, at) => {
  await placeOrder({ customer: 'c-0', orderId: 'first' });
  const cut = proxy.addToxic({ kind: 'cut', at, deliver: false, chance: 0.3 });
  const orders = ordersOf(40);
  for (const order of orders) await placeOrder(order).catch(() => placeOrder(order).catch(() => undefined));
  cut.remove();
  for (const order of orders) await placeOrder(order);
  await bus.drain({ timeoutMs: 60_000 });
  expect(await rowsOf(charges)).toEqual(onceEach([...orders, { customer: 'c-0', orderId: 'first' }]));
});

test('backends that are terminated under load lose and double nothing', async () => {
  const orders = ordersOf(60);
  let isPlacing = true;
  const terminate = (async () => {
    while (isPlacing) {
      await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'waybill'");
      await sleep(25);
    }
  })();
  for (const order of orders) await placeOrder(order).catch(() => undefined);
  isPlacing = false;
  await terminate;
  for (const order of orders) await placeOrder(order);
  await bus.drain({ timeoutMs: 60_000 });
  expect(await rowsOf(charges)).toEqual(onceEach(orders));
});

test('two orders that lock each other out are both placed: the one that was ended for it runs again', async () => {
  await admin.query("insert into orders values ('a', 'c'), ('b', 'c')");
  let meeting = 0;
  const met = Promise.withResolvers<void>();
  let runs = 0;
  const touch = (first: string, second: string, orderId: string) =>
    bus.transaction(async ({ native, send }) => {
      runs += 1;
      await native.query("update orders set customer = customer || '+' where id = $1", [first]);
      meeting += 1;
      if (meeting === 2) met.resolve();
      await met.promise;
      await native.query("update orders set customer = customer || '+' where id = $1", [second]);
      await send(ChargeOrder, { customer: 'c', orderId });
    });
  await Promise.all([touch('a', 'b', 'one'), touch('b', 'a', 'two')]);
  await bus.drain({ timeoutMs: 30_000 });
  expect(runs).toBe(3);
  expect(await rowsOf('select customer from orders')).toEqual([{ customer: 'c++' }, { customer: 'c++' }]);
  expect(await rowsOf(charges)).toEqual([
    { order_id: 'one', count: 1 },
    { order_id: 'two', count: 1 },
  ]);
});

test.each(['40001', '40P01', '55P03'])(
  'a transaction that loses with %s runs again, as often as it takes',
  async (state) => {
    await admin.query(`create or replace function lose() returns void language plpgsql as $$ begin
    raise exception using errcode = '${state}'; end $$`);
    let losses = 0;
    await bus.transaction(async ({ native, send }) => {
      losses += 1;
      if (losses < 4) await native.query('select lose()');
      await send(ChargeOrder, { customer: 'c', orderId: 'o-1' });
    });
    await bus.drain({ timeoutMs: 30_000 });
    expect(losses).toBe(4);
    expect(await rowsOf(charges)).toEqual([{ order_id: 'o-1', count: 1 }]);
  },
);
