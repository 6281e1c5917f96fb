import { expect, test } from 'vitest';
import { memoryStore } from './memory-store.ts';
import type { MemoryTables } from './memory-tables.ts';

interface Order {
  readonly total: number;
  readonly lines?: readonly { readonly item: string }[];
}

const inTransaction = async <Result>(work: (tables: MemoryTables) => Result, store = memoryStore()): Promise<Result> =>
  store.transaction(async ({ native }) => work(native));

test('a transaction sees its own writes: put, insert, delete and scan', () =>
  inTransaction((tables) => {
    const orders = tables.table<Order>('orders');
    orders.put('a', { total: 1 });
    orders.insert('b', { total: 2 });
    orders.put('a', { total: 3 });
    orders.delete('b');
    expect(orders.get('a')).toEqual({ total: 3 });
    expect(orders.get('b')).toBeUndefined();
    expect(orders.scan()).toEqual([{ total: 3 }]);
    expect(orders.scan(({ total }) => total > 3)).toEqual([]);
  }));

test('an insert of a key that is there is a unique violation, and the transaction goes on', async () => {
  const store = memoryStore();
  await inTransaction((tables) => {
    const orders = tables.table<Order>('orders');
    orders.insert('a', { total: 1 });
    expect(() => orders.insert('a', { total: 2 })).toThrow(expect.objectContaining({ code: 'unique-violation' }));
  }, store);
  expect(store.tables.table<Order>('orders').rows()).toEqual([{ total: 1 }]);
});

test('a scan sees committed rows and own writes together, and makes the commit depend on what it gave', async () => {
  const store = memoryStore();
  await inTransaction((tables) => {
    for (const key of ['a', 'b', 'c']) tables.table<Order>('orders').put(key, { total: 1 });
  }, store);
  const overtaken = store.transaction(async ({ native }) => {
    const orders = native.table<Order>('orders');
    orders.put('b', { total: 20 });
    orders.delete('c');
    expect(orders.scan(({ total }) => total < 10)).toEqual([{ total: 1 }]);
    await store.transaction(async (other) => other.native.table<Order>('orders').put('a', { total: 5 }));
  });
  expect(store.codeOf(await overtaken.catch((error: unknown) => error))).toBe('write-conflict');
});

test('a row cannot be changed by whoever put it, or by whoever got it', async () => {
  const store = memoryStore();
  const line = { item: 'tea' };
  const order = { total: 1, lines: [line] };
  await inTransaction((tables) => {
    tables.table<Order>('orders').put('a', order);
    line.item = 'coffee';
    const got = tables.table<Order>('orders').get('a') as { total: number; lines: { item: string }[] };
    expect(() => (got.total = 2)).toThrow(TypeError);
    expect(() => got.lines.push({ item: 'milk' })).toThrow(TypeError);
  }, store);
  expect(store.tables.table('orders').get('a')).toEqual({ total: 1, lines: [{ item: 'tea' }] });
});

test('rows with dates, maps or bytes are copied out as well', async () => {
  const store = memoryStore();
  const put = { at: new Date(0), seen: new Map([['x', 1]]), bytes: new Uint8Array([1, 2]) };
  await inTransaction((tables) => tables.table<typeof put>('mixed').put('a', put), store);
  put.at.setTime(5);
  const got = store.tables.table<typeof put>('mixed').get('a');
  got?.bytes.fill(9);
  got?.seen.clear();
  expect(store.tables.table('mixed').rows()).toEqual([
    { at: new Date(0), seen: new Map([['x', 1]]), bytes: new Uint8Array([1, 2]) },
  ]);
});

test('an own key named __proto__ is data like any other', async () => {
  const store = memoryStore();
  const hostile: unknown = JSON.parse('{"__proto__":{"isAdmin":true}}');
  await inTransaction((tables) => tables.table('users').put('a', hostile), store);
  const got = store.tables.table<{ readonly isAdmin?: boolean }>('users').get('a');
  expect(got?.isAdmin).toBeUndefined();
  expect(JSON.stringify(got)).toBe('{"__proto__":{"isAdmin":true}}');
});

test('names of tables and keys never run into each other', async () => {
  const store = memoryStore();
  await inTransaction((tables) => {
    tables.table('a').put('b:c', { place: 1 });
    tables.table('a:b').put('c', { place: 2 });
  }, store);
  expect([store.tables.table('a').size, store.tables.table('a:b').size]).toEqual([1, 1]);
});
