import { expect, test } from 'vitest';
import type { OutboxDraft, StoreTransaction } from '../driver/index.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { memoryStore } from './memory-store.ts';
import type { MemoryTables } from './memory-tables.ts';

type Transaction = StoreTransaction<MemoryTables>;

const draft = (id: string, key: string | undefined): OutboxDraft => ({
  address: { kind: 'event', channel: 'order-paid' },
  id,
  key,
  deduplicationKey: id,
  headers: {},
  body: new Uint8Array(),
  delayMs: 0,
});

const everything = { blocked: [], blockedChannels: [], limit: 100 };

/** Opens a transaction and keeps it open until it is told how to end. */
function openTransaction(store: ReturnType<typeof memoryStore>) {
  const opened = Promise.withResolvers<Transaction>();
  const ended = Promise.withResolvers<void>();
  const result = store.transaction(async (transaction) => {
    opened.resolve(transaction);
    await ended.promise;
  });
  result.catch(() => undefined);
  return {
    transaction: opened.promise,
    commit: () => {
      ended.resolve();
      return result;
    },
    rollBack: () => {
      ended.reject(new Error('rolled back'));
      return result.catch(() => undefined);
    },
  };
}

test('nothing of a transaction is visible outside before its commit, and all of it after', async () => {
  const store = memoryStore();
  const open = openTransaction(store);
  const { native, enqueue } = await open.transaction;
  native.table('orders').put('o-1', { total: 1 });
  await enqueue([draft('m-1', 'k')]);
  expect(store.tables.table('orders').rows()).toEqual([]);
  expect((await store.inspect()).outboxRows).toBe(0);
  await open.commit();
  expect(store.tables.table('orders').rows()).toEqual([{ total: 1 }]);
  expect((await store.inspect()).outboxRows).toBe(1);
});

test('a rollback leaves nothing: no row, no mark, no message, no number', async () => {
  const store = memoryStore();
  const identity = { kind: 'identity', scope: 's', key: 'k', fingerprint: 'f', leaseMs: 0 } as const;
  const work = async ({ native, claim, enqueue }: Transaction): Promise<void> => {
    native.table('orders').put('o-1', { total: 1 });
    expect(await claim([identity])).toEqual([{ status: 'claimed' }]);
    await enqueue([draft('m-1', 'k')]);
  };
  await expect(
    store.transaction(async (transaction) => {
      await work(transaction);
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(store.tables.table('orders').size).toBe(0);
  await store.transaction(work);
  const { rows } = await store.readOutbox({ ...everything, buckets: range(64) });
  expect(rows.map(({ id, sequence }) => [id, sequence])).toEqual([['m-1', 1]]);
});

test('of two transactions that write one row the first committer wins and the other is told to run again', async () => {
  const store = memoryStore();
  const first = openTransaction(store);
  const second = openTransaction(store);
  (await first.transaction).native.table('stock').put('a', { left: 1 });
  (await second.transaction).native.table('stock').put('a', { left: 2 });
  await second.commit();
  const failure: unknown = await first.commit().catch((error: unknown) => error);
  expect(store.codeOf(failure)).toBe('write-conflict');
  expect(store.tables.table('stock').get('a')).toEqual({ left: 2 });
});

test('a decision on a row that has changed since does not commit', async () => {
  const store = memoryStore();
  await store.transaction(async ({ native }) => native.table('stock').put('a', { left: 1 }));
  const decision = openTransaction(store);
  const { native } = await decision.transaction;
  expect(native.table('stock').get('a')).toEqual({ left: 1 });
  native.table('orders').put('o-1', { item: 'a' });
  await store.transaction(async (other) => other.native.table('stock').put('a', { left: 0 }));
  expect(native.table('stock').get('a')).toEqual({ left: 1 });
  const failure: unknown = await decision.commit().catch((error: unknown) => error);
  expect(store.codeOf(failure)).toBe('write-conflict');
  expect(store.tables.table('orders').size).toBe(0);
});

test('transactions on different keys do not disturb each other', async () => {
  const store = memoryStore();
  const one = openTransaction(store);
  const other = openTransaction(store);
  (await one.transaction).native.table('orders').put('o-1', {});
  await (await one.transaction).enqueue([draft('m-1', 'k')]);
  (await other.transaction).native.table('orders').put('o-2', {});
  await (await other.transaction).enqueue([draft('m-2', 'k')]);
  await other.commit();
  await one.commit();
  expect(store.tables.table('orders').size).toBe(2);
});

test('a transaction is of no use after its end, however it ended', async () => {
  const store = memoryStore();
  for (const end of ['commit', 'rollBack'] as const) {
    const open = openTransaction(store);
    const { native, claim, complete, enqueue, changeDeadLetters } = await open.transaction;
    await open[end]();
    const late = [
      claim([]),
      complete([]),
      enqueue([]),
      changeDeadLetters([]),
      (async () => native.table('orders').get('o-1'))(),
      (async () => native.table('orders').put('o-1', {}))(),
    ];
    for (const call of late) {
      expect(store.codeOf(await call.catch((error: unknown) => error))).toBe('transaction-closed');
    }
  }
});

test('another store opens what a dead one has left, its open transactions excepted', async () => {
  const clock = virtualClock();
  const dead = memoryStore({ clock });
  await dead.transaction(async ({ native }) => native.table('orders').put('o-1', { total: 1 }));
  const abandoned = openTransaction(dead);
  (await abandoned.transaction).native.table('orders').put('o-1', { total: 2 });
  const next = memoryStore({ clock, state: dead.state });
  await next.transaction(async ({ native }) => native.table('orders').put('o-2', { total: 3 }));
  expect(next.tables.table('orders').rows()).toEqual([{ total: 1 }, { total: 3 }]);
});

test('every new state numbers in an epoch of its own', () => {
  expect(memoryStore().state.epoch).not.toBe(memoryStore().state.epoch);
});

test('close waits for transactions under way and refuses new ones', async () => {
  const store = memoryStore();
  const open = openTransaction(store);
  let isClosed = false;
  const closing = store.close().then(() => {
    isClosed = true;
  });
  (await open.transaction).native.table('orders').put('o-1', {});
  expect(isClosed).toBe(false);
  const failure: unknown = await store.transaction(async () => undefined).catch((error: unknown) => error);
  expect(store.codeOf(failure)).toBe('closed');
  await open.commit();
  await closing;
  expect(store.tables.table('orders').size).toBe(1);
});

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
