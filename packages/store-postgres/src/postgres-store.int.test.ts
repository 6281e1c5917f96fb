import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import type { StoreTransaction } from '@waybill/core/driver';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PostgresStoreOptions } from './options.ts';
import { pgDatabase } from './pg/pg-database.ts';
import { pgliteDatabase } from './pglite/pglite-database.ts';
import { postgresStore } from './postgres-store.ts';
import type { Database } from './sql/database.ts';
import { identity } from './testing/some-claims.ts';
import { testDraft } from './testing/test-outbox.ts';

// PGlite takes seconds to start, and several files start it at once.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const server = await findBroker('postgres', 'the PostgreSQL store');
const embedded = pgliteDatabase();
const stores: { readonly close: () => Promise<void> }[] = [];

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});
afterAll(async () => {
  await embedded.close();
  await server?.stop();
});

describe.each([
  ['a server', () => pgDatabase({ url: server?.address ?? '', reconnectMs: { first: 5, max: 20 } })],
  // One for all tests: it takes seconds to start.
  ['PGlite', () => ({ ...embedded, close: async (): Promise<void> => undefined })],
] as const)('on %s', (name, createDatabase: () => Database) => {
  const open = (options: Partial<PostgresStoreOptions> = {}) => {
    const store = postgresStore({ database: createDatabase(), ...options });
    stores.push(store);
    return store;
  };

  beforeEach(async ({ skip }) => {
    skip(name === 'a server' && server === undefined, 'PostgreSQL cannot be had here.');
    const database = createDatabase();
    await database.query('drop schema if exists waybill cascade');
    await database.query('drop schema if exists shop cascade');
    await database.close();
  });

  test('the first use makes the schema, whoever comes first', async () => {
    const store = open({ schema: 'shop', buckets: 4 });
    const [grant, inspection] = await Promise.all([
      store.leaseBuckets({ owner: 'r', bucketsMax: 9, leaseMs: 1000 }),
      store.inspect(),
    ]);
    expect(grant.leases.map(({ bucket }) => bucket)).toEqual([0, 1, 2, 3]);
    expect(inspection).toEqual({
      outboxRows: 0,
      outboxOldestAgeMs: 0,
      scheduledRows: 0,
      deadLetters: 0,
      parkedKeys: 0,
    });
  });

  test('a store that only verifies refuses to work without its schema, and goes on once it is there', async () => {
    const store = open({ migrations: 'verify' });
    await expect(store.open()).rejects.toMatchObject({ reason: 'schema-missing' });
    await expect(store.transaction(async () => 'never')).rejects.toMatchObject({ reason: 'schema-missing' });
    await open().open();
    await expect(store.transaction(async () => 'done')).resolves.toBe('done');
  });

  test('a schema of a newer version is refused before anything is done', async () => {
    await open().open();
    await createDatabase().query("insert into waybill.migrations (version, name) values (999, 'of tomorrow')");
    for (const migrations of ['apply', 'verify'] as const) {
      const store = open({ migrations });
      const error: unknown = await store.transaction(async () => 'never').catch((reason: unknown) => reason);
      expect([store.codeOf(error), error]).toMatchObject(['unavailable', { reason: 'schema-newer' }]);
    }
  });

  test('a claim and a message commit together, numbered under the epoch of the database', async () => {
    const store = open();
    await store.transaction(async ({ claim, enqueue }) => {
      await claim([identity()]);
      await enqueue([testDraft('m-1'), testDraft('m-2')]);
    });
    const { leases } = await store.leaseBuckets({ owner: 'r', bucketsMax: 64, leaseMs: 5000 });
    const buckets = leases.map(({ bucket }) => bucket);
    const { rows } = await store.readOutbox({ buckets, blocked: [], blockedChannels: [], limit: 10 });
    expect(rows.map(({ id, sequence }) => [id, sequence])).toEqual([
      ['m-1', 1],
      ['m-2', 2],
    ]);
    const epochs = new Set(rows.map(({ epoch }) => epoch));
    expect([...epochs]).toEqual([expect.stringMatching(name === 'a server' ? /^\d+\.1\.\d+$/u : /^[0-9a-f-]{36}$/u)]);
  });

  test('a transaction of the store is unusable after its end', async () => {
    const store = open();
    let leaked: StoreTransaction | undefined;
    await store.transaction(async (transaction) => {
      leaked = transaction;
    });
    const late: unknown = await leaked?.claim([identity()]).catch((error: unknown) => error);
    expect(store.codeOf(late)).toBe('transaction-closed');
  });

  test('a relay is told of the commit of another store, until it wants no buckets any more', async () => {
    const [store, writer] = [open(), open()];
    let wakes = 0;
    const onRows = (): void => {
      wakes += 1;
    };
    const request = { owner: 'r', bucketsMax: 1, leaseMs: 60_000, onRows };
    await store.leaseBuckets(request);
    // A server tells of what was committed before anybody listened.
    while (name === 'a server' && wakes === 0) await sleep(5);
    const write = (id: string): Promise<void> => writer.transaction(({ enqueue }) => enqueue([testDraft(id)]));
    const before = wakes;
    await write('m-1');
    while (wakes === before) await sleep(5);
    await store.leaseBuckets({ owner: 'r', bucketsMax: 0, leaseMs: 60_000 });
    const after = wakes;
    await write('m-2');
    await sleep(100);
    expect(wakes).toBe(after);
  });

  test('a closed store does nothing more', async () => {
    const store = open();
    await store.open();
    await store.close();
    await store.close();
    const late: unknown = await store.inspect().catch((error: unknown) => error);
    expect(store.codeOf(late)).toBe('closed');
  });
});

test('a server that is not there is unavailable, and asked again at the next use', async () => {
  const store = postgresStore({ database: pgDatabase({ url: 'postgres://127.0.0.1:1/shop', listenUrl: 'off' }) });
  stores.push(store);
  for (const use of [store.open, store.inspect]) {
    const error: unknown = await use().catch((reason: unknown) => reason);
    expect(store.codeOf(error)).toBe('unavailable');
  }
});
