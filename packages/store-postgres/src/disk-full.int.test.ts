import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { findBroker } from '@waybill/conformance/brokers';
import { Client } from 'pg';
import { afterEach, expect, test, vi } from 'vitest';
import { errorCodeOf } from './error-code-of.ts';
import { pgDatabase } from './pg/pg-database.ts';
import { postgresStore } from './postgres-store.ts';
import type { PostgresStore } from './postgres-store.ts';
import type { SqlTransaction } from './sql/database.ts';
import { findSmallDisk } from './testing/find-small-disk.ts';
import { everyBucket, testDraft } from './testing/test-outbox.ts';

// A machine that is busy with other servers makes them slow, not wrong.
vi.setConfig({ testTimeout: 120_000 });

const native = { origins: ['native'] } as const;
const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

type Store = PostgresStore<SqlTransaction>;
async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  ends.push(() => client.end().catch(() => undefined));
  return client;
}

function openStore(url: string): Store {
  const store = postgresStore({ database: pgDatabase({ url, listenUrl: 'off', connectTimeoutMs: 2000 }) });
  ends.push(() => store.close());
  return store;
}

/** An order, its mark and its message, in one transaction. */
const place = (store: Store, id: string, kilobytes: number): Promise<string> =>
  store
    .transaction(async ({ native: client, claim, enqueue }) => {
      await client.query('insert into orders values ($1)', [id]);
      await claim([{ kind: 'identity', scope: 'shop', key: id, fingerprint: 'f', leaseMs: 0 }]);
      await enqueue([{ ...testDraft(id, 'k'), body: randomBytes(kilobytes * 1024) }]);
    })
    .then(() => 'committed', errorCodeOf);

/** Orders one by one until one fails. */
async function placeUntilFull(
  store: Store,
  kilobytes: number,
): Promise<{ readonly ids: string[]; readonly code: string }> {
  const ids: string[] = [];
  for (let at = 0; at < 5000; at += 1) {
    const code = await place(store, `o-${at}`, kilobytes);
    if (code !== 'committed') return { ids, code };
    ids.push(`o-${at}`);
  }
  throw new Error('the disk does not become full');
}

const idsOf = async (client: Client, text: string): Promise<readonly string[]> =>
  (await client.query<{ id: string }>(text)).rows.map(({ id }) => id).toSorted();
const everything = { buckets: everyBucket, blocked: [], blockedChannels: [], limit: 1000 };

test('a full disk is unavailable, with no order half placed; once rows were sent it goes on with the next number', async ({
  skip,
}) => {
  const disk = await findSmallDisk('a disk that becomes full', 28);
  skip(disk === undefined, 'a small file system cannot be mounted');
  ends.push(() => disk?.close() ?? Promise.resolve());
  const server = await findBroker('postgres', 'a disk that becomes full', native);
  skip(server === undefined, 'PostgreSQL cannot be had here.');
  ends.push(() => server?.stop() ?? Promise.resolve());
  const [url, path] = [server?.address ?? '', disk?.path ?? ''];
  const owner = postgresUser();
  chownSync(path, owner, owner);
  const admin = await connect(url);
  const store = openStore(url);
  await store.open();
  await admin.query(`create tablespace small location '${path}'`);
  await admin.query('alter table waybill.outbox set tablespace small; create table orders (id text primary key)');

  const release = await disk?.fill(24);

  const { ids, code } = await placeUntilFull(store, 100);
  expect(code).toBe('unavailable');
  expect(await place(store, 'refused', 100)).toBe('unavailable');
  expect(ids.length).toBeGreaterThan(20);
  const expected = ids.toSorted();
  expect(await idsOf(admin, 'select id from orders')).toEqual(expected);
  expect(await idsOf(admin, 'select key as id from waybill.inbox')).toEqual(expected);

  // A relay needs no room to go on; a vacuum does, so an operator has to give it some.
  const { leases } = await store.leaseBuckets({ owner: 'relay', bucketsMax: 64, leaseMs: 60_000 });
  const { rows } = await store.readOutbox(everything);
  expect(rows.map(({ sequence }) => sequence)).toEqual(ids.map((_, at) => at + 1));
  expect(await store.deleteOutbox({ rowIds: rows.map(({ rowId }) => rowId), leases })).toBe(ids.length);
  release?.();
  await admin.query('vacuum waybill.outbox');
  expect(await place(store, 'refused', 100)).toBe('committed');
  const { rows: next } = await store.readOutbox(everything);
  expect(next.map(({ id, sequence }) => [id, sequence])).toEqual([['refused', ids.length + 1]]);
});

test('a log that has no room left ends the server: nothing acknowledged is lost, and no order is half there', async ({
  skip,
}) => {
  const subject = 'a write-ahead log without room';
  const disk = await findSmallDisk(subject, 64);
  skip(disk === undefined, 'a small file system cannot be mounted');
  ends.push(() => disk?.close() ?? Promise.resolve());
  const server = await findBroker('postgres', subject, native);
  skip(server === undefined, 'PostgreSQL cannot be had here.');
  ends.push(() => server?.stop() ?? Promise.resolve());
  const url = server?.address ?? '';
  const before = await connect(url);
  const { rows } = await before.query<{ data_directory: string }>('show data_directory');
  const folder = rows[0]?.data_directory ?? '';
  await server?.kill9();
  const log = join(disk?.path ?? '', 'pg_wal');
  execFileSync('cp', ['-a', join(folder, 'pg_wal'), log]);
  rmSync(join(folder, 'pg_wal'), { recursive: true });
  symlinkSync(log, join(folder, 'pg_wal'));
  await server?.restart();
  const store = openStore(url);
  await store.open();
  await (await connect(url)).query('create table orders (id text primary key)');
  // Less than the next segment needs.
  const release = await disk?.fill(4);

  const { ids, code } = await placeUntilFull(store, 50);
  expect(['unavailable', 'commit-unknown']).toContain(code);
  const serverLog = readFileSync(join(folder, '..', 'output.log'), 'utf8');
  expect(serverLog).toMatch(/PANIC: .*No space left on device/u);
  release?.();
  await server?.kill9();
  await server?.restart();
  const after = await connect(url);
  const orders = await idsOf(after, 'select id from orders');
  expect(ids.filter((id) => !orders.includes(id))).toEqual([]);
  // One more at most: the one of which nobody knew.
  expect(orders.length - ids.length).toBeLessThanOrEqual(code === 'commit-unknown' ? 1 : 0);
  expect(await idsOf(after, 'select key as id from waybill.inbox')).toEqual(orders);
  expect((await store.readOutbox(everything)).rows.map(({ id }) => id).toSorted()).toEqual(orders);
  expect(await place(store, 'later', 50)).toBe('committed');
});

/** The user that the launcher lends the server, who must own what it writes to. */
function postgresUser(): number {
  return Number(execFileSync('id', ['-u', 'postgres'], { encoding: 'utf8' }));
}
