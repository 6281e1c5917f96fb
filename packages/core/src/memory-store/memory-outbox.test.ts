import { expect, test } from 'vitest';
import type { BucketLease, OutboxDraft, OutboxQuery, OutboxRow } from '../driver/index.ts';
import { countingIds } from '../testing/seeded-random.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { memoryStore } from './memory-store.ts';
import type { MemoryStore } from './memory-store.ts';
import { OutboxIndex } from './outbox-index.ts';
import type { StoredRow } from './stored-row.ts';

function openStore() {
  const clock = virtualClock();
  return { clock, store: memoryStore({ clock, newId: countingIds('epoch') }) };
}

const draft = (id: string, key: string | undefined, channel = 'orders'): OutboxDraft => ({
  address: { kind: 'event', channel },
  id,
  key,
  deduplicationKey: id,
  headers: {},
  body: new Uint8Array(),
  delayMs: 0,
});

const enqueue = (store: MemoryStore, ...drafts: OutboxDraft[]): Promise<void> =>
  store.transaction((transaction) => transaction.enqueue(drafts));

const everyBucket = Array.from({ length: 64 }, (_, bucket) => bucket);
const everything: OutboxQuery = { buckets: everyBucket, blocked: [], blockedChannels: [], limit: 1000 };

const read = async (store: MemoryStore, query: Partial<OutboxQuery> = {}): Promise<readonly OutboxRow[]> =>
  (await store.readOutbox({ ...everything, ...query })).rows;

const idsOf = (rows: readonly OutboxRow[]): readonly string[] => rows.map(({ id }) => id);

const leaseAll = async (store: MemoryStore, owner: string, leaseMs = 1000): Promise<readonly BucketLease[]> =>
  (await store.leaseBuckets({ owner, leaseMs, bucketsMax: 64 })).leases;

/** A transaction that has written its rows and does not end until it is told to. */
function openTransaction(store: MemoryStore, ...drafts: OutboxDraft[]) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const ended = store.transaction(async ({ enqueue: write }) => {
    await write(drafts);
    await promise;
  });
  return { commit: () => (resolve(), ended) };
}

test('numbers are dense per channel and key, and messages without a key have none', async () => {
  const { store } = openStore();
  await enqueue(store, draft('1', 'a'), draft('2', 'b'), draft('3', 'a'), draft('4', undefined));
  await enqueue(store, draft('5', 'a'), draft('6', 'a', 'payments'));
  expect((await read(store)).map(({ id, sequence }) => [id, sequence])).toEqual([
    ['1', 1],
    ['2', 1],
    ['3', 2],
    ['4', undefined],
    ['5', 3],
    ['6', 1],
  ]);
});

test('all rows of a key lie in one bucket', async () => {
  const { store } = openStore();
  await enqueue(store, ...Array.from({ length: 20 }, (_, at) => draft(`${at}`, 'a')));
  expect(new Set((await read(store)).map(({ bucket }) => bucket)).size).toBe(1);
});

test('a commit that comes late brings lower ids than were read before, and a reader from the start finds them', async () => {
  const { store } = openStore();
  const late = openTransaction(store, draft('a1', 'a'));
  await enqueue(store, draft('b1', 'b'), draft('b2', 'b'));
  const before = await read(store);
  expect(idsOf(before)).toEqual(['b1', 'b2']);
  const cursor = Math.max(...before.map(({ rowId }) => rowId));
  await late.commit();
  const after = await read(store);
  expect(idsOf(after)).toEqual(['a1', 'b1', 'b2']);
  // Why there is no cursor: a reader that goes on behind the highest id it has seen loses the row for ever.
  expect(idsOf(after.filter(({ rowId }) => rowId > cursor))).toEqual([]);
});

test('a late commit of a key that others have published on gets the next number and a place behind them', async () => {
  const { store } = openStore();
  const late = openTransaction(store, draft('late', 'a'));
  await enqueue(store, draft('early', 'a'));
  await late.commit();
  expect((await read(store)).map(({ id, sequence }) => [id, sequence])).toEqual([
    ['early', 1],
    ['late', 2],
  ]);
});

test('rows are deleted only under the current token of their bucket', async () => {
  const { store, clock } = openStore();
  await enqueue(store, draft('1', 'a'));
  const rowIds = (await read(store)).map(({ rowId }) => rowId);
  const stale = await leaseAll(store, 'frozen');
  await clock.advance(1000);
  const current = await leaseAll(store, 'successor');
  expect(await store.deleteOutbox({ rowIds, leases: stale })).toBe(0);
  expect(await store.deleteOutbox({ rowIds, leases: current.slice(0, 0) })).toBe(0);
  expect(await store.deleteOutbox({ rowIds, leases: current })).toBe(1);
  expect(await store.deleteOutbox({ rowIds, leases: current })).toBe(0);
});

test('a bucket has one owner while its lease lasts, and every new owner gets a higher token', async () => {
  const { store, clock } = openStore();
  const first = await leaseAll(store, 'one');
  expect(first).toHaveLength(64);
  expect(await leaseAll(store, 'two')).toEqual([]);
  await clock.advance(999);
  expect(await leaseAll(store, 'one')).toEqual(first);
  await clock.advance(1000);
  const second = await leaseAll(store, 'two');
  expect(second.map(({ token }) => token)).toEqual(first.map(({ token }) => token + 1));
});

test('a relay that comes back after its lease ran out gets a new token, even when nobody was there in between', async () => {
  const { store, clock } = openStore();
  const [before] = await leaseAll(store, 'one');
  await clock.advance(1000);
  const [after] = await leaseAll(store, 'one');
  expect(after).toEqual({ bucket: before?.bucket, token: (before?.token ?? 0) + 1 });
});

test('what a relay gives up is free at once, and a relay that leaves is no longer counted', async () => {
  const { store } = openStore();
  await leaseAll(store, 'one');
  const { leases } = await store.leaseBuckets({ owner: 'one', leaseMs: 1000, bucketsMax: 20 });
  expect(leases).toHaveLength(20);
  const joined = await store.leaseBuckets({ owner: 'two', leaseMs: 1000, bucketsMax: 64 });
  expect([joined.leases.length, joined.relays]).toEqual([44, 2]);
  await store.leaseBuckets({ owner: 'one', leaseMs: 1000, bucketsMax: 0 });
  const alone = await store.leaseBuckets({ owner: 'two', leaseMs: 1000, bucketsMax: 64 });
  expect([alone.leases.length, alone.relays]).toEqual([64, 1]);
});

test('keys and channels that wait are left out of a read, and so are other buckets', async () => {
  const { store } = openStore();
  await enqueue(store, draft('1', 'a'), draft('2', 'b'), draft('3', 'a', 'payments'), draft('4', undefined));
  expect(idsOf(await read(store, { blocked: [{ channel: 'orders', key: 'a' }] }))).toEqual(['2', '3', '4']);
  expect(idsOf(await read(store, { blockedChannels: ['orders'] }))).toEqual(['3']);
  expect(idsOf(await read(store, { limit: 2 }))).toEqual(['1', '2']);
  expect(idsOf(await read(store))).toEqual(['1', '2', '3', '4']);
  const own = (await read(store)).filter(({ key }) => key === 'b').map(({ bucket }) => bucket);
  expect(idsOf(await read(store, { buckets: own }))).toContain('2');
  expect(await read(store, { buckets: [] })).toEqual([]);
});

test('age and number of what is to be sent leave out nothing but what is parked', async () => {
  const { store, clock } = openStore();
  expect(await store.inspect()).toMatchObject({ outboxRows: 0, outboxOldestAgeMs: 0 });
  await enqueue(store, draft('1', 'a'));
  await clock.advance(500);
  await enqueue(store, draft('2', 'b'));
  await clock.advance(500);
  expect(await store.inspect()).toMatchObject({ outboxRows: 2, outboxOldestAgeMs: 1000 });
});

test('a blocked key with 100,000 rows in front does not grow the work of the others', () => {
  let looks = 0;
  const index = new OutboxIndex(1);
  const row = (rowId: number, key: string): StoredRow => ({
    ...draft(`${rowId}`, key),
    get key() {
      looks += 1;
      return key;
    },
    rowId,
    bucket: 0,
    sequence: rowId,
    epoch: 'e1',
    createdAtMs: 0,
  });
  for (let rowId = 1; rowId <= 100_000; rowId += 1) index.add(row(rowId, 'blocked'));
  for (let rowId = 100_001; rowId <= 100_020; rowId += 1) index.add(row(rowId, 'free'));
  const query = { ...everything, buckets: [0], blocked: [{ channel: 'orders', key: 'blocked' }], limit: 10 };
  // The first read after the key was blocked walks over its rows and sets them aside.
  expect(index.read(query)).toHaveLength(10);
  looks = 0;
  const rows = index.read(query);
  expect(looks).toBeLessThan(100);
  expect(rows.map(({ rowId }) => rowId)).toEqual(Array.from({ length: 10 }, (_, at) => 100_001 + at));
  expect(index.read({ ...query, blocked: [] }).map(({ rowId }) => rowId)).toEqual(rows.map((_, at) => at + 1));
});
