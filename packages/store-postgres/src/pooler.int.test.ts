import { findBroker } from '@waybill/conformance/brokers';
import { createBus, defineCommand } from '@waybill/core';
import type { Bus } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { Client } from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { pgDatabase } from './pg/pg-database.ts';
import type { PgDatabaseOptions } from './pg/pg-options.ts';
import type { PgTransactionClient } from './pg/pg-transaction-client.ts';
import { postgresStore } from './postgres-store.ts';
import { migrate } from './schema/migrate.ts';
import { migrations } from './schema/migrations.ts';
import type { SqlTransaction } from './sql/database.ts';
import { identity } from './testing/some-claims.ts';

// A machine that is busy with other servers makes them slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const pooler = await findBroker('pgbouncer', 'the PostgreSQL store behind a pooler in transaction mode');
const url = pooler?.address ?? '';
const direct = pooler?.adminAddress ?? '';

const Charge = defineCommand({
  name: 'charge',
  version: 1,
  schema: z.object({ customer: z.string(), orderId: z.string() }),
  orderingKey: ({ customer }) => customer,
  deduplicationKey: ({ orderId }) => orderId,
});
type ShopBus = Bus<SqlTransaction<PgTransactionClient>>;

const ends: (() => Promise<unknown>)[] = [];
let admin: Client;

async function connect(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString });
  client.on('error', () => undefined);
  await client.connect();
  ends.push(() => client.end());
  return client;
}
const rowsOf = async (text: string): Promise<readonly unknown[]> =>
  (await admin.query<Record<string, unknown>>(text)).rows;

beforeEach(async ({ skip }) => {
  skip(pooler === undefined, 'PgBouncer cannot be had here.');
  skip(direct === '', 'WAYBILL_PGBOUNCER_ADMIN_URL does not name the server behind the pooler.');
  admin = await connect(direct);
  await admin.query(`drop schema if exists waybill cascade; drop table if exists charges;
    create table charges (id bigint generated always as identity, order_id text not null)`);
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});
afterAll(() => pooler?.stop());

const openStore = (options: PgDatabaseOptions = {}) => {
  const store = postgresStore({ database: pgDatabase({ url, ...options }) });
  ends.push(() => store.close());
  return store;
};

describe.each([
  ['with preparedStatements as they come', {}],
  ['without prepared statements', { preparedStatements: false }],
] as const)('%s', (_, prepared) => {
  /** An instance of the shop; orders whose id begins with `bad` fail until told otherwise. */
  async function startShop(isBroken: () => boolean, transport = memoryTransport()): Promise<ShopBus> {
    const database = pgDatabase({ url, listenUrl: direct, connectionsMax: 4, ...prepared });
    const bus = createBus({ transport, store: postgresStore({ database }) });
    bus.handle(
      Charge,
      async ({ orderId }, { transaction }) => {
        if (orderId.startsWith('bad') && isBroken()) throw new Error('declined');
        await transaction?.query('insert into charges (order_id) values ($1)', [orderId]);
      },
      { effect: 'once', order: 'per-key', onPoison: 'park-key', retry: { attemptsMax: 2, backoffMs: 1 } },
    );
    ends.push(() => bus.stop());
    await bus.start();
    return bus;
  }

  test('migrations of several instances at once, and claims, numbers, relay, leases, dead letters and their replay', async () => {
    let isBroken = true;
    const transport = memoryTransport();
    const [shop] = await Promise.all([1, 2].map(() => startShop(() => isBroken, transport)));
    if (shop === undefined) throw new Error('no shop');
    const orders = Array.from({ length: 60 }, (_order, at) => ({ customer: `c-${at % 7}`, orderId: `o-${at}` }));
    const send = (order: (typeof orders)[number]) => shop.transaction((context) => context.send(Charge, order));
    await Promise.all(orders.map(send));
    // Each comes again: a copy is no second charge.
    await Promise.all(orders.slice(0, 20).map(send));
    for (const orderId of ['bad-1', 'x-2']) await send({ customer: 'x', orderId });
    await shop.drain({ timeoutMs: 40_000 });
    const charged = 'select count(*)::int as all, count(distinct order_id)::int as orders from charges';
    expect(await rowsOf(charged)).toEqual([{ all: 60, orders: 60 }]);
    const { letters } = await shop.deadLetters.list();
    expect(letters.map(({ role }) => role)).toEqual(['poison', 'behind']);
    isBroken = false;
    expect(await shop.deadLetters.replay({})).toMatchObject({ replayed: 2, failed: 0 });
    expect(await rowsOf(charged)).toEqual([{ all: 62, orders: 62 }]);
    expect((await shop.health()).outbox).toEqual({ rows: 0, oldestAgeMs: 0, isStale: false });
  });

  test('instances that migrate at once over sessions that have not found the schema before', async () => {
    const databases = Array.from({ length: 3 }, () => pgDatabase({ url, listenUrl: direct, ...prepared }));
    ends.push(() => Promise.all(databases.map((database) => database.close())));
    for (let round = 0; round < 10; round += 1) {
      await admin.query('drop schema if exists waybill cascade');
      await Promise.all(databases.map((database) => migrate(database)));
      expect(await rowsOf('select count(*)::int as steps from waybill.migrations')).toEqual([
        { steps: migrations.length },
      ]);
    }
  });

  test('a claim with a lease, its answer, and pruning', async () => {
    const store = openStore({ listenUrl: direct, ...prepared });
    const claim = { ...identity(), leaseMs: 60_000 };
    const once = () => store.transaction((transaction) => transaction.claim([claim]));
    expect(await once()).toEqual([{ status: 'claimed' }]);
    expect(await once()).toMatchObject([{ status: 'in-progress' }]);
    const answer = new Uint8Array([1, 2]);
    await store.transaction(({ complete }) => complete([{ scope: claim.scope, key: claim.key, answer }]));
    expect(await once()).toMatchObject([{ status: 'duplicate' }]);
    expect(await store.pruneInbox({ olderThanMs: 1 })).toBe(1);
  });

  test('nothing is left in the sessions that others use after us', async () => {
    const store = openStore({ listenUrl: direct, ...prepared });
    await store.open();
    await store.transaction(({ claim }) => claim([identity()]));
    await store.leaseBuckets({ owner: 'r', bucketsMax: 64, leaseMs: 1000 });
    expect(await rowsOf("select from pg_locks where locktype = 'advisory'")).toEqual([]);
    // As many users at once as the launcher's pooler has sessions, so that each of them is looked at.
    const users = await Promise.all(Array.from({ length: 4 }, () => connect(url)));
    for (const user of users) await user.query('begin');
    const left = await Promise.all(
      users.map(async (user) => {
        const { rows } = await user.query<Record<string, unknown>>(
          `select current_setting('statement_timeout') as statements, current_setting('lock_timeout') as locks,
            current_setting('synchronous_commit') as commits,
            (select count(*)::int from pg_listening_channels()) as channels`,
        );
        return rows[0];
      }),
    );
    for (const user of users) await user.query('rollback');
    expect(left).toEqual(users.map(() => ({ statements: '0', locks: '0', commits: 'on', channels: 0 })));
  });
});

/** The server session that `first` was given is taken by somebody else, so that what it says next goes to another one. */
async function takeItsSession(): Promise<Client> {
  const other = await connect(url);
  await other.query('begin');
  return other;
}

describe('the traps behind a pooler in transaction mode', () => {
  test('LISTEN through it hears nothing; the store says so, polls, and is woken through a direct connection', async () => {
    const naive = await connect(url);
    const heard: unknown[] = [];
    naive.on('notification', (notification) => heard.push(notification));
    await naive.query('listen waybill_outbox');
    await admin.query('notify waybill_outbox');
    await admin.query('select pg_sleep(0.2)');
    expect(heard).toEqual([]);
    // Whoever is given that session next would be told what nobody of it asked for.
    await naive.query('unlisten *');

    const request = { owner: 'r', bucketsMax: 64, leaseMs: 1000, onRows: () => void (wakes += 1) };
    let wakes = 0;
    const refused = openStore();
    let hintError: unknown;
    while (hintError === undefined) ({ hintError } = await refused.leaseBuckets(request));
    expect(hintError).toMatchObject({
      reason: 'listen-through-pooler',
      message: expect.stringContaining('listenUrl') as string,
    });
    await refused.leaseBuckets({ ...request, bucketsMax: 0 });

    const store = openStore({ listenUrl: direct });
    await store.leaseBuckets({ ...request, bucketsMax: 1 });
    while (wakes === 0) await admin.query('select');
    expect((await store.leaseBuckets({ ...request, bucketsMax: 1 })).hintError).toBeUndefined();
    const before = wakes;
    await admin.query('notify waybill_outbox');
    while (wakes === before) await admin.query('select');
  });

  test('a lock of the session is left behind with whoever comes next', async () => {
    const naive = await connect(url);
    await naive.query('select pg_advisory_lock(4711)');
    const other = await takeItsSession();
    const { rows } = await naive.query<{ readonly done: boolean }>('select pg_advisory_unlock(4711) as done');
    expect(rows).toEqual([{ done: false }]);
    expect(await rowsOf("select objid::int from pg_locks where locktype = 'advisory'")).toEqual([{ objid: 4711 }]);
    await other.query('select pg_advisory_unlock_all()');
    await other.query('rollback');
  });

  test('a setting of the session reaches others', async () => {
    const naive = await connect(url);
    await naive.query("set statement_timeout = '7s'");
    const other = await takeItsSession();
    const { rows } = await other.query('show statement_timeout');
    expect(rows).toEqual([{ statement_timeout: '7s' }]);
    await other.query('reset statement_timeout; commit');
  });

  test('a named statement is gone, or in the way of another; a pooler that keeps them does not mind: PgBouncer from 1.21', async () => {
    const [major = 0, minor = 0] = (pooler?.version ?? '').split('.').map(Number);
    /** Two uses of one statement, in two sessions of the server. */
    const useTwice = async (preparedStatements: boolean | 'auto'): Promise<unknown> => {
      const store = openStore({ preparedStatements, listenUrl: 'off', ownConnectionsMax: 1 });
      await store.inspect();
      const other = await takeItsSession();
      try {
        return await store.inspect();
      } finally {
        await other.query('rollback');
      }
    };
    await expect(useTwice('auto')).resolves.toMatchObject({ outboxRows: 0 });
    await expect(useTwice(false)).resolves.toMatchObject({ outboxRows: 0 });
    const named = await useTwice(true).then(
      () => 'kept',
      ({ code }: { readonly code?: string }) => (['26000', '42P05'].includes(code ?? '') ? 'lost' : code),
    );
    expect(named).toBe(major > 1 || minor >= 21 ? 'kept' : 'lost');
  });
});
