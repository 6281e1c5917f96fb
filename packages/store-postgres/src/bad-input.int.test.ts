import { findBroker } from '@waybill/conformance/brokers';
import { createBus, defineCommand } from '@waybill/core';
import type { Bus } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { Client } from 'pg';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { pgDatabase } from './pg/pg-database.ts';
import { postgresStore } from './postgres-store.ts';
import type { SqlTransaction } from './sql/database.ts';

// A machine that is busy with other servers makes them slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const server = await findBroker('postgres', 'bad input on its way through a PostgreSQL store');
const url = server?.address ?? '';

const schema = z.object({ orderId: z.string(), amount: z.int(), note: z.string() });
const ChargeOrder = defineCommand({
  name: 'charge-order',
  version: 1,
  schema,
  orderingKey: ({ orderId }) => orderId,
  deduplicationKey: ({ orderId }) => orderId,
});
type Order = z.infer<typeof schema>;
const good: Order = { orderId: 'o-1', amount: 1, note: '' };
const kilobytes9 = 'k'.repeat(9 * 1024);

let admin: Client;
let bus: Bus<SqlTransaction>;
let charged: Order[];

beforeEach(async ({ skip }) => {
  skip(server === undefined, 'PostgreSQL cannot be had here.');
  admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query('drop schema if exists waybill cascade; drop table if exists orders, charges');
  await admin.query('create table orders (id serial); create table charges (id serial, note jsonb)');
  charged = [];
  const store = postgresStore({ database: pgDatabase({ url, listenUrl: 'off' }) });
  bus = createBus<SqlTransaction>({ transport: memoryTransport(), store });
  bus.handle(
    ChargeOrder,
    async (order, { transaction }) => {
      await transaction?.query('insert into charges default values');
      if (order.note === 'as jsonb') {
        await transaction?.query('update charges set note = $1', [JSON.stringify({ note: 'a\0b' })]);
      }
      charged.push(order);
    },
    { effect: 'once', order: 'per-key', retry: { attemptsMax: 2, backoffMs: 1 } },
  );
  await bus.start();
});
afterEach(async () => {
  await bus.stop();
  await admin.end();
});
afterAll(() => server?.stop());

const order = (payload: Order, headers: Readonly<Record<string, string>> = {}): Promise<unknown> =>
  bus.transaction(async ({ native, send }) => {
    await native.query('insert into orders default values');
    await send(ChargeOrder, payload, { headers });
  });
const count = async (table: string): Promise<number> => {
  const { rows } = await admin.query<{ count: number }>(`select count(*)::int as count from ${table}`);
  return rows[0]?.count ?? 0;
};

test.each<[string, string, Partial<Order>, Readonly<Record<string, string>>]>([
  ['NUL in a key', 'key-invalid', { orderId: 'a\0b' }, {}],
  ['half a character in a key', 'key-invalid', { orderId: '\ud800' }, {}],
  ['a key of 9 kB', 'key-too-long', { orderId: kilobytes9 }, {}],
  ['NUL in a header', 'header-invalid', {}, { shop: 'a\0b' }],
  ['half a character in a header', 'header-invalid', {}, { shop: '\udc00' }],
  ['a whole number beyond 2^53', 'payload-invalid', { amount: 2 ** 53 }, {}],
])('%s is refused as %s, and the order is not there', async (_, code, changes, headers) => {
  await expect(order({ ...good, ...changes }, headers)).rejects.toMatchObject({ code });
  await bus.drain({ timeoutMs: 30_000 });
  expect([await count('orders'), await count('waybill.outbox'), charged]).toEqual([0, 0, []]);
  await order(good);
  await bus.drain({ timeoutMs: 30_000 });
  expect(charged).toEqual([good]);
});

test('NUL, halves of characters and the largest whole number come through a body as they were', async () => {
  const hostile = { orderId: 'o-1', amount: Number.MAX_SAFE_INTEGER, note: 'a\0b \ud800 \udc00x \u2028 e\u0301' };
  await order(hostile, { shop: 'Käse \u{1f600}' });
  await bus.drain({ timeoutMs: 30_000 });
  expect(charged).toEqual([hostile]);
});

test('a key in two normal forms is two orders, each charged once', async () => {
  const forms = ['Ka\u0308se', 'K\u00e4se'].map((orderId) => ({ ...good, orderId }));
  for (const form of [...forms, ...forms]) await order(form);
  await bus.drain({ timeoutMs: 30_000 });
  expect(charged).toHaveLength(2);
  expect(new Set(charged.map(({ orderId }) => orderId)).size).toBe(2);
  expect(await count('charges')).toBe(2);
});

test('what jsonb does not take ends as a dead letter with its bytes, nothing of it is written, and the next order is charged', async () => {
  const poison = { ...good, orderId: 'poison', note: 'as jsonb' };
  await order(poison);
  await order(good);
  await bus.drain({ timeoutMs: 30_000 });
  expect(charged).toEqual([good]);
  expect(await count('charges')).toBe(1);
  const { letters } = await bus.deadLetters.list();
  expect(letters.map(({ body }) => JSON.parse(new TextDecoder().decode(body)) as unknown)).toEqual([poison]);
});
