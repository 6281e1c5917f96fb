import { findBroker } from '@waybill/conformance/brokers';
import { startProxy } from '@waybill/conformance/proxy';
import type { Proxy } from '@waybill/conformance/proxy';
import type { StoreDriver } from '@waybill/core/driver';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable } from 'drizzle-orm/pg-core';
import createKnex from 'knex';
import type { Knex } from 'knex';
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely';
import type { Transaction } from 'kysely';
import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { pgDatabase } from './pg/pg-database.ts';
import { postgresStore } from './postgres-store.ts';
import { reservations } from './reservations/reservations.ts';
import type { RunTransaction } from './sql/transaction-runner.ts';
import { identity } from './testing/some-claims.ts';
import { testDraft } from './testing/test-outbox.ts';

// A machine that is busy with other servers makes them slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const server = await findBroker('postgres', 'the store in the transactions of Kysely, Drizzle and Knex');
const direct = server?.address ?? '';

/** A store in the transactions of a library, and how that library writes and ends. */
interface Builder {
  readonly store: StoreDriver;
  readonly transactions: RunTransaction<unknown>;
  readonly insertOrder: (native: unknown, id: number) => Promise<unknown>;
  readonly close: () => Promise<unknown>;
}

interface Tables {
  readonly orders: { readonly id: number };
}

function createPool(url: string): Pool {
  // #region pool
  const pool = new Pool({ connectionString: url });
  // The loss of a connection, idle or in a transaction, would otherwise end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => void client.on('error', () => undefined));
  // #endregion
  return pool;
}

function withKysely(url: string): Builder {
  const pool = createPool(url);
  // #region kysely
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const transactions: RunTransaction<Transaction<Tables>> = (work) =>
    kysely
      .transaction()
      .setIsolationLevel('read committed')
      .execute((native) =>
        work({
          native,
          query: (text, values = []) => native.executeQuery(CompiledQuery.raw(text, [...values])),
        }),
      );
  const store = postgresStore({ database: pgDatabase({ url }), transactions });
  // #endregion
  return {
    store,
    transactions,
    insertOrder: (native, id) => (native as Transaction<Tables>).insertInto('orders').values({ id }).execute(),
    close: () => kysely.destroy(),
  };
}

function withDrizzle(url: string): Builder {
  const pool = createPool(url);
  // #region drizzle
  const database = drizzle(pool);
  type DrizzleTransaction = Parameters<Parameters<typeof database.transaction>[0]>[0];
  const bind = (text: string, values: readonly unknown[]) => {
    const parts = text.split(/\$(\d+)/u);
    return sql.join(parts.map((part, at) => (at % 2 === 0 ? sql.raw(part) : sql`${values[Number(part) - 1]}`)));
  };
  const settings = { isolationLevel: 'read committed' } as const;
  const transactions: RunTransaction<DrizzleTransaction> = (work) =>
    database.transaction(
      (native) => work({ native, query: (text, values = []) => native.execute(bind(text, values)) }),
      settings,
    );
  const store = postgresStore({ database: pgDatabase({ url }), transactions });
  // #endregion
  const orders = pgTable('orders', { id: integer('id').primaryKey() });
  return {
    store,
    transactions,
    insertOrder: async (native, id) => (native as DrizzleTransaction).insert(orders).values({ id }),
    close: () => pool.end(),
  };
}

function withKnex(url: string): Builder {
  // #region knex
  const knex = createKnex({ client: 'pg', connection: url });
  const transactions: RunTransaction<Knex.Transaction> = (work) =>
    knex.transaction(
      (native) => {
        const query = (text: string, values: readonly unknown[] = []): Promise<{ rows: Record<string, unknown>[] }> => {
          const used = [...text.matchAll(/\$(\d+)/gu)].map(([, place]) => values[Number(place) - 1]);
          const marked = text.replaceAll('?', '\\?').replaceAll(/\$\d+/gu, '?');
          return native.raw(marked, used as string[]).then((result) => result as { rows: Record<string, unknown>[] });
        };
        return work({ native, query });
      },
      { isolationLevel: 'read committed' },
    );
  const store = postgresStore({ database: pgDatabase({ url }), transactions });
  // #endregion
  return {
    store,
    transactions,
    insertOrder: async (native, id) => (native as Knex.Transaction)('orders').insert({ id }),
    close: () => knex.destroy(),
  };
}

beforeEach(({ skip }) => skip(server === undefined, 'PostgreSQL cannot be had here.'));
afterAll(() => server?.stop());

describe.each([
  ['Kysely', withKysely],
  ['Drizzle', withDrizzle],
  ['Knex', withKnex],
] as const)('in transactions of %s', (name, create) => {
  const order = identity({ scope: name, key: 'order-1' });
  let admin: Pool;
  let proxy: Proxy;
  let builder: Builder;

  beforeAll(async () => {
    if (server === undefined) return;
    const { hostname: host, port } = new URL(direct);
    proxy = await startProxy({ target: { host, port: Number(port) }, protocol: 'postgres' });
    admin = new Pool({ connectionString: direct });
  });
  beforeEach(async () => {
    await admin.query(
      'drop schema if exists waybill cascade; drop table if exists orders; create table orders (id integer primary key)',
    );
    builder = create(direct.replace(/:\d+\//u, `:${proxy.port}/`));
  });
  afterEach(async () => {
    await builder.store.close();
    await builder.close();
  });
  afterAll(async () => {
    await proxy?.close();
    await admin?.end();
  });

  const work = (id: number, then: () => unknown = () => undefined) =>
    builder.store.transaction(async (transaction) => {
      await builder.insertOrder(transaction.native, id);
      const [outcome] = await transaction.claim([order]);
      await then();
      await transaction.enqueue([testDraft(`m-${id}`)]);
      return outcome?.status;
    });
  const counts = async () => {
    const { rows } = await admin.query<Record<string, number>>(
      `select (select count(*)::int from orders) as orders, (select count(*)::int from waybill.inbox) as claims,
        (select count(*)::int from waybill.outbox) as messages`,
    );
    return rows[0];
  };

  test('writes, claims and messages commit together', async () => {
    expect(await work(1)).toBe('claimed');
    expect(await counts()).toEqual({ orders: 1, claims: 1, messages: 1 });
    expect(await work(2)).toBe('duplicate');
  });

  test('writes, claims and messages are rolled back together', async () => {
    const failure = new Error('declined');
    const failing = work(1, () => {
      throw failure;
    });
    await expect(failing).rejects.toBe(failure);
    expect(await counts()).toEqual({ orders: 0, claims: 0, messages: 0 });
  });

  test('stock is reserved in them, and given back with them', async () => {
    await builder.store.inspect();
    const stock = reservations({ holdMs: 60_000 });
    const line = { sku: 'lamp', quantity: 1 };
    await builder.transactions((transaction) => stock.restock(transaction, 'd-1', line));
    const failing = builder.transactions(async (transaction) => {
      expect(await stock.reserve(transaction, 'o-1', [line])).toEqual({ status: 'reserved' });
      throw new Error('declined');
    });
    await expect(failing).rejects.toThrow('declined');
    expect(await builder.transactions((own) => reservations().reserve(own, 'o-2', [line]))).toEqual({
      status: 'reserved',
    });
    expect(await builder.transactions((own) => stock.confirm(own, 'o-2', ['lamp']))).toBe(true);
    expect(await builder.transactions((own) => stock.release(own, 'o-2', ['lamp']))).toEqual([line]);
    expect(await builder.transactions((own) => stock.available(own, 'lamp'))).toBe(1);
  });

  test('an error that the handler swallows is no commit', async () => {
    await work(1);
    const swallowing = builder.store.transaction(async (transaction) => {
      await builder.insertOrder(transaction.native, 2);
      await builder.insertOrder(transaction.native, 1).catch(() => undefined);
    });
    await expect(swallowing).rejects.toMatchObject({ reason: 'commit-refused' });
    expect(await counts()).toMatchObject({ orders: 1 });
  });

  test('a lost answer to COMMIT is unknown, and the claim repeated tells that it happened', async () => {
    await builder.store.inspect();
    const cut = proxy.addToxic({ kind: 'cut', at: 'postgres.committed', deliver: false, times: 1 });
    const error: unknown = await work(1).catch((reason: unknown) => reason);
    cut.remove();
    expect(builder.store.codeOf(error)).toBe('commit-unknown');
    expect(await work(2)).toBe('duplicate');
  });
});
