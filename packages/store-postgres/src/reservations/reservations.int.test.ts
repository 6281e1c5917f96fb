import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { pgDatabase } from '../pg/pg-database.ts';
import { pgliteDatabase } from '../pglite/pglite-database.ts';
import { migrate } from '../schema/migrate.ts';
import type { Database } from '../sql/database.ts';
import { reservations } from './reservations.ts';
import type { ReserveOutcome, ReservingTransaction, StockLine } from './reservations.ts';

// PGlite takes seconds to start, and several files start it at once.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const server = await findBroker('postgres', 'reservations on a PostgreSQL server');
const databases: readonly (readonly [string, Database])[] = [
  ['PGlite', pgliteDatabase()],
  ...(server === undefined ? [] : [['PostgreSQL', pgDatabase({ url: server.address })] as const]),
];

afterAll(async () => {
  for (const [, database] of databases) await database.close();
  await server?.stop();
});

describe.each(databases)('on %s', async (_, database) => {
  await migrate(database);
  const stock = reservations({ holdMs: 60_000 });

  const within = <Result>(work: (transaction: ReservingTransaction) => Promise<Result>): Promise<Result> =>
    database.transaction(({ native }) => work(native));
  const restock = (deliveryId: string, ...lines: readonly StockLine[]) =>
    within(async (transaction) => {
      for (const line of lines) await stock.restock(transaction, deliveryId, line);
    });
  const reserve = (orderId: string, ...lines: readonly StockLine[]): Promise<ReserveOutcome> =>
    within((transaction) => stock.reserve(transaction, orderId, lines));
  const confirm = (orderId: string, ...skus: readonly string[]) =>
    within((transaction) => stock.confirm(transaction, orderId, skus));
  const release = (orderId: string, ...skus: readonly string[]) =>
    within((transaction) => stock.release(transaction, orderId, skus));
  const available = (sku: string) => within((transaction) => stock.available(transaction, sku));
  /** As after an hour in which nobody did anything. */
  const endHolds = () =>
    database.query(
      `update "waybill".reservations set held_until = held_until - interval '1 hour' where held_until is not null`,
    );
  const line = (sku: string, quantity = 1): StockLine => ({ sku, quantity });

  beforeEach(() => database.query('truncate "waybill".stock, "waybill".stock_deliveries, "waybill".reservations'));

  test('of 100 buyers at once for 10 pieces ten get one, and nothing is left or below nothing', async () => {
    await restock('d-1', line('lamp', 10));
    const buyers = Array.from({ length: 100 }, (__, at) => reserve(`o-${at}`, line('lamp')));
    const outcomes = await Promise.all(buyers);
    expect(outcomes.filter(({ status }) => status === 'reserved')).toHaveLength(10);
    expect(outcomes.filter(({ status }) => status === 'insufficient')).toHaveLength(90);
    expect(await available('lamp')).toBe(0);
    const { rows } = await database.query('select sum(quantity)::text as sum from "waybill".reservations');
    expect(rows).toEqual([{ sum: '10' }]);
  });

  test('an order that comes again holds what it holds, and other quantities or articles are a conflict', async () => {
    await restock('d-1', line('desk', 5), line('chair', 5));
    expect(await reserve('o-1', line('desk', 2))).toEqual({ status: 'reserved' });
    expect(await reserve('o-1', line('desk', 2))).toEqual({ status: 'known' });
    expect(await reserve('o-1', line('desk', 3))).toEqual({ status: 'conflict' });
    expect(await reserve('o-1', line('desk', 2), line('chair'))).toEqual({ status: 'conflict' });
    expect([await available('desk'), await available('chair')]).toEqual([3, 5]);
  });

  test('a repeat is known also when nothing is left', async () => {
    await restock('d-1', line('desk'));
    await reserve('o-1', line('desk'));
    expect(await reserve('o-1', line('desk'))).toEqual({ status: 'known' });
  });

  test('an order is reserved whole or not at all, and what is missing is named', async () => {
    await restock('d-1', line('cup', 5), line('pot'));
    const outcome = await reserve('o-9', line('saucer', 2), line('cup'), line('pot', 3));
    expect(outcome).toEqual({ status: 'insufficient', missing: [line('saucer', 2), line('pot', 2)] });
    expect([await available('cup'), await available('pot')]).toEqual([5, 1]);
    expect(await reserve('o-9', line('cup', 5), line('pot'))).toEqual({ status: 'reserved' });
  });

  test('what is rolled back is not reserved', async () => {
    await restock('d-1', line('lamp'));
    const failing = within(async (transaction) => {
      expect(await stock.reserve(transaction, 'o-1', [line('lamp')])).toEqual({ status: 'reserved' });
      throw new Error('declined');
    });
    await expect(failing).rejects.toThrow('declined');
    expect(await available('lamp')).toBe(1);
    expect(await reserve('o-2', line('lamp'))).toEqual({ status: 'reserved' });
  });

  test('a delivery of goods and a release count once, however often they come', async () => {
    await restock('d-1', line('pen', 4));
    await restock('d-1', line('pen', 4));
    expect(await available('pen')).toBe(4);
    await reserve('o-1', line('pen', 3));
    expect(await release('o-1', 'ink', 'pen', 'pen')).toEqual([line('pen', 3)]);
    expect(await release('o-1', 'pen')).toEqual([]);
    expect(await available('pen')).toBe(4);
    expect(await reserve('o-1', line('pen', 4))).toEqual({ status: 'reserved' });
  });

  test('a reservation that nobody confirms is over in time, by the clock of the server', async () => {
    await restock('d-1', line('lamp', 2), line('rug'));
    await reserve('o-1', line('lamp', 2), line('rug'));
    expect(await reserve('o-2', line('lamp'))).toMatchObject({ status: 'insufficient' });
    await endHolds();
    expect(await available('lamp')).toBe(2);
    expect(await reserve('o-2', line('lamp'))).toEqual({ status: 'reserved' });
    expect([await available('lamp'), await available('rug')]).toEqual([1, 1]);
    expect(await confirm('o-1', 'lamp', 'rug')).toBe(false);
    expect(await release('o-1', 'lamp', 'rug')).toEqual([]);
    expect([await available('lamp'), await available('rug')]).toEqual([1, 1]);
    expect(await confirm('o-2', 'lamp')).toBe(true);
  });

  test('what was confirmed stays, confirmed again is confirmed, and can be released', async () => {
    await restock('d-1', line('lamp', 2), line('rug'));
    await reserve('o-1', line('lamp'), line('rug'));
    expect(await confirm('o-1', 'rug', 'lamp')).toBe(true);
    await endHolds();
    expect(await confirm('o-1', 'lamp', 'rug', 'lamp')).toBe(true);
    expect(await available('rug')).toBe(0);
    expect(await release('o-1', 'lamp', 'rug')).toEqual([line('lamp'), line('rug')]);
    expect([await available('lamp'), await available('rug')]).toEqual([2, 1]);
  });

  test('an order is confirmed whole or not at all', async () => {
    await restock('d-1', line('lamp'));
    await reserve('o-1', line('lamp'));
    expect(await confirm('o-1', 'lamp', 'rug')).toBe(false);
    await endHolds();
    expect(await available('lamp')).toBe(1);
  });

  test('without a time reservations last', async () => {
    const lasting = reservations();
    await restock('d-1', line('lamp'));
    await within((transaction) => lasting.reserve(transaction, 'o-1', [line('lamp')]));
    await endHolds();
    expect(await available('lamp')).toBe(0);
  });

  test('odd and long names are names like any other', async () => {
    const names = ['a\0', '\ud800', 'é', 'e\u0301', 'k'.repeat(3000), "'; drop table x; --"];
    await restock('d\0', ...names.map((sku) => line(sku, 2)));
    expect(await reserve('o\0', ...names.map((sku) => line(sku)))).toEqual({ status: 'reserved' });
    expect(await Promise.all(names.map(available))).toEqual(names.map(() => 1));
    const missing = names.map((sku) => line(sku, 3));
    expect(await reserve('o-2', ...names.map((sku) => line(sku, 4)))).toEqual({ status: 'insufficient', missing });
    expect(await release('o\0', ...names)).toEqual(names.map((sku) => line(sku)));
  });

  test.each([0, -1, 1.5, 2 ** 53, Number.NaN])('a quantity of %d is refused', async (quantity) => {
    await expect(reserve('o-1', { sku: 'x', quantity })).rejects.toMatchObject({ reason: 'illegal-value' });
  });

  test('no lines, an article twice and missing names are refused', async () => {
    const refused = { reason: 'illegal-value' };
    await expect(reserve('o-1')).rejects.toMatchObject(refused);
    await expect(reserve('o-1', line('x'), line('x'))).rejects.toMatchObject(refused);
    await expect(reserve('', line('x'))).rejects.toMatchObject(refused);
    await expect(reserve('o-1', line(''))).rejects.toMatchObject(refused);
    await expect(restock('', line('x'))).rejects.toMatchObject(refused);
  });
});

test.each([0, -1, Number.NaN])('a hold of %d ms is refused', (holdMs) => {
  expect(() => reservations({ holdMs })).toThrow(expect.objectContaining({ reason: 'illegal-options' }));
});
