import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { createBus, defineCommand } from '@waybill/core';
import type { Bus } from '@waybill/core';
import type { TransportDriver } from '@waybill/core/driver';
import { memoryTransport } from '@waybill/transport-memory';
import { Client } from 'pg';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { pgDatabase } from './pg/pg-database.ts';
import type { PgDatabaseOptions } from './pg/pg-options.ts';
import { postgresStore } from './postgres-store.ts';
import type { SqlTransaction } from './sql/database.ts';

// A machine that is busy with other servers makes them slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const server = await findBroker('postgres', 'who holds a connection, and for how long');
const url = server?.address ?? '';
/** The smallest there is: whoever holds a connection while he waits for somebody else stops everything. */
const smallest = { connectionsMax: 1, ownConnectionsMax: 1, connectTimeoutMs: 5000 } as const;

const schema = z.object({ orderId: z.string() });
const keys = { orderingKey: ({ orderId }: { orderId: string }) => orderId.slice(0, 1) };
const ChargeOrder = defineCommand({ name: 'charge-order', version: 1, schema, ...keys });
const MailOrder = defineCommand({ name: 'mail-order', version: 1, schema, ...keys });

type ShopBus = Bus<SqlTransaction>;
const buses: ShopBus[] = [];
let admin: Client;

const open = (transport: TransportDriver = memoryTransport(), options: PgDatabaseOptions = smallest): ShopBus => {
  const store = postgresStore({ database: pgDatabase({ url, listenUrl: 'off', ...options }) });
  const bus = createBus<SqlTransaction>({ transport, store });
  buses.push(bus);
  return bus;
};
/** Sessions of the bus, with what they are at. */
const sessions = async (where = 'true'): Promise<number> => {
  const { rows } = await admin.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity where application_name = 'waybill' and ${where}`,
  );
  return rows[0]?.count ?? 0;
};
const inTransaction = (): Promise<number> => sessions('xact_start is not null');
/** The relay looks now and then, so it is enough that there is a moment in which nobody is inside a transaction. */
async function untilNoneInTransaction(): Promise<void> {
  for (let looks = 0; (await inTransaction()) > 0; looks += 1) {
    if (looks === 500) throw new Error('somebody stays in a transaction');
    await sleep(2);
  }
}
const order = (bus: ShopBus, orderId: string): Promise<void> =>
  bus.transaction(async ({ native, send }) => {
    await native.query('insert into orders values ($1)', [orderId]);
    await send(ChargeOrder, { orderId });
  });
const idsOf = async (table: string): Promise<readonly string[]> =>
  (await admin.query<{ id: string }>(`select id from ${table} order by id`)).rows.map(({ id }) => id);

beforeEach(async ({ skip }) => {
  skip(server === undefined, 'PostgreSQL cannot be had here.');
  admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query(`drop schema if exists waybill cascade; drop table if exists orders, charges, mails;
    create table orders (id text primary key); create table charges (id text primary key);
    create table mails (id text primary key)`);
});
afterEach(async () => {
  for (const bus of buses.splice(0)) await bus.stop();
  await admin.end();
});
afterAll(() => server?.stop());

test('a pool of one carries orders through two handlers with an effect each, many at once', async () => {
  const bus = open();
  bus.handle(
    ChargeOrder,
    async ({ orderId }, { transaction, send }) => {
      await transaction?.query('insert into charges values ($1)', [orderId]);
      await send(MailOrder, { orderId });
    },
    { effect: 'once', concurrency: 10 },
  );
  bus.handle(
    MailOrder,
    async ({ orderId }, { transaction }) => void (await transaction?.query('insert into mails values ($1)', [orderId])),
    { effect: 'once', concurrency: 10 },
  );
  await bus.start();
  const ids = Array.from({ length: 30 }, (_, at) => `${at % 10}-${at}`);
  let most = 0;
  const counting = new AbortController();
  const counted = (async () => {
    while (!counting.signal.aborted) most = Math.max(most, await sessions());
  })();
  await Promise.all(ids.map((orderId) => order(bus, orderId)));
  await bus.drain({ timeoutMs: 30_000 });
  counting.abort();
  await counted;
  expect(await idsOf('charges')).toEqual(ids.toSorted());
  expect(await idsOf('mails')).toEqual(ids.toSorted());
  expect(most).toBe(smallest.connectionsMax + smallest.ownConnectionsMax);
});

test('nobody holds a connection while the relay waits for its broker', async () => {
  const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const transport = memoryTransport();
  const slow: TransportDriver = {
    ...transport,
    openSender: async (address) => {
      const sender = await transport.openSender(address);
      const sendBatch: typeof sender.sendBatch = async (messages) => {
        asked.resolve();
        await answered.promise;
        return sender.sendBatch(messages);
      };
      return { ...sender, sendBatch };
    },
  };
  const bus = open(slow);
  bus.handle(ChargeOrder, async () => undefined);
  await bus.start();
  await order(bus, 'first');
  await asked.promise;
  await untilNoneInTransaction();
  // The only connection there is serves the next order meanwhile.
  await order(bus, 'second');
  expect(await idsOf('orders')).toEqual(['first', 'second']);
  answered.resolve();
  await bus.drain({ timeoutMs: 30_000 });
});

test('nobody holds a connection while a handler without an effect of its own in the database awaits a provider', async () => {
  const [asked, answered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const bus = open();
  bus.handle(
    ChargeOrder,
    async (_, { transaction }) => {
      expect(transaction).toBeUndefined();
      asked.resolve();
      await answered.promise;
    },
    { effect: 'at-least-once' },
  );
  await bus.start();
  await order(bus, 'first');
  await asked.promise;
  await untilNoneInTransaction();
  await order(bus, 'second');
  answered.resolve();
  await bus.drain({ timeoutMs: 30_000 });
});

test('a request claims with a lease, asks its provider without a connection, and completes', async () => {
  const bus = open();
  await bus.start();
  const at = { scope: 'POST /checkouts', key: 'request-1' };
  const claim = { kind: 'identity', ...at, fingerprint: 'f', leaseMs: 30_000 } as const;
  const [mine] = await bus.transaction((transaction) => transaction.claim([claim]));
  expect(mine).toEqual({ status: 'claimed' });
  // Here the provider is asked.
  await untilNoneInTransaction();
  expect(await bus.transaction((transaction) => transaction.claim([claim]))).toMatchObject([{ status: 'in-progress' }]);
  const answer = new TextEncoder().encode('paid');
  await bus.transaction(async ({ native, complete }) => {
    await native.query("insert into charges values ('request-1')");
    await complete([{ ...at, answer }]);
  });
  expect(await bus.transaction((transaction) => transaction.claim([claim]))).toMatchObject([{ status: 'duplicate' }]);
});

test('nobody holds a connection between two attempts of a handler', async () => {
  const failed = Promise.withResolvers<void>();
  const bus = open();
  bus.handle(
    ChargeOrder,
    async ({ orderId }, { transaction }) => {
      await transaction?.query('insert into charges values ($1)', [orderId]);
      if (orderId !== 'declined' || isPaid) return;
      failed.resolve();
      throw new Error('declined');
    },
    { effect: 'once', retry: { backoffMs: 1000, jitter: 0 } },
  );
  let isPaid = false;
  await bus.start();
  await order(bus, 'declined');
  await failed.promise;
  isPaid = true;
  await untilNoneInTransaction();
  await order(bus, 'second');
  expect(await idsOf('charges')).not.toContain('declined');
  await bus.drain({ timeoutMs: 30_000 });
  expect(await idsOf('charges')).toEqual(['declined', 'second']);
});

test('a transaction of a handler has all three time limits of the server', async () => {
  const limits = { statementTimeoutMs: 7000, lockTimeoutMs: 900, idleInTransactionTimeoutMs: 8000 };
  const bus = open(memoryTransport(), { ...smallest, ...limits });
  await bus.start();
  const names = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];
  const shown = await bus.transaction(async ({ native }) => {
    const { rows } = await native.query(
      `select ${names.map((name) => `current_setting('${name}')`).join(" || ' ' || ")} as all`,
    );
    return rows;
  });
  expect(shown).toEqual([{ all: '7s 900ms 8s' }]);
});
