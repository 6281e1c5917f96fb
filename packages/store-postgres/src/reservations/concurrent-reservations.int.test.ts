import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { pgDatabase } from '../pg/pg-database.ts';
import { migrate } from '../schema/migrate.ts';
import { holdOpen } from '../testing/hold-open.ts';
import { untilWaiting } from '../testing/until-waiting.ts';
import { reservations } from './reservations.ts';
import type { ReserveOutcome, ReservingTransaction, StockLine } from './reservations.ts';

const server = await findBroker('postgres', 'reservations that meet on a PostgreSQL server');

describe.skipIf(server === undefined)('reservations that meet', { timeout: 60_000 }, async () => {
  if (server === undefined) return;
  const database = pgDatabase({ url: server.address, connectionsMax: 12, lockTimeoutMs: 20_000 });
  await migrate(database);
  const stock = reservations();
  const { query } = database;

  const within = <Result>(work: (transaction: ReservingTransaction) => Promise<Result>): Promise<Result> =>
    database.transaction(({ native }) => work(native));
  const reserve = (orderId: string, ...lines: readonly StockLine[]): Promise<ReserveOutcome> =>
    within((transaction) => stock.reserve(transaction, orderId, lines));
  const held = (orderId: string, ...lines: readonly StockLine[]) =>
    holdOpen<ReservingTransaction, ReserveOutcome>(within, (transaction) => stock.reserve(transaction, orderId, lines));
  const availableOf = async () =>
    (await query('select sku, available::text as available from "waybill".stock order by sku')).rows;
  const [a, b] = [
    { sku: 'a', quantity: 1 },
    { sku: 'b', quantity: 1 },
  ] as const;

  beforeEach(async () => {
    await query('truncate "waybill".stock, "waybill".stock_deliveries, "waybill".reservations');
    await query(`insert into "waybill".stock (sku, available) values ('a', 10), ('b', 10), ('last', 1)`);
  });
  afterAll(async () => {
    await database.close();
    await server.stop();
  });

  /** All that go through it wait until so many have come. */
  const gate = (count: number): (() => Promise<void>) => {
    const open = Promise.withResolvers<void>();
    let come = 0;
    return async () => {
      come += 1;
      if (come === count) open.resolve();
      await open.promise;
    };
  };

  test('the naive way, to read and then to write, sells one piece ten times; this one sells it once', async () => {
    const haveRead = gate(10);
    const naive = Array.from({ length: 10 }, () =>
      within(async (transaction) => {
        const { rows } = await transaction.query(`select available from "waybill".stock where sku = 'last'`);
        await haveRead();
        const left = Number(rows[0]?.['available']) - 1;
        if (left < 0) return 'insufficient';
        await transaction.query(`update "waybill".stock set available = $1::text::bigint where sku = 'last'`, [
          String(left),
        ]);
        return 'reserved';
      }),
    );
    expect((await Promise.all(naive)).filter((status) => status === 'reserved')).toHaveLength(10);
    await query(`update "waybill".stock set available = 1 where sku = 'last'`);
    const buyers = Array.from({ length: 10 }, (_, at) => reserve(`o-${at}`, { sku: 'last', quantity: 1 }));
    expect((await Promise.all(buyers)).filter(({ status }) => status === 'reserved')).toHaveLength(1);
  });

  test('who asks for the last piece waits for whoever has it, and gets it when that one gives up', async () => {
    const first = await held('o-1', { sku: 'last', quantity: 1 });
    const second = reserve('o-2', { sku: 'last', quantity: 1 });
    await untilWaiting(query);
    await first.rollBack();
    expect(await second).toEqual({ status: 'reserved' });
    const third = await held('o-3', a);
    const fourth = reserve('o-4', { sku: 'a', quantity: 10 });
    await untilWaiting(query);
    await third.commit();
    expect(await fourth).toEqual({ status: 'insufficient', missing: [{ sku: 'a', quantity: 1 }] });
  });

  test('a copy of an order at the same time is known, with other lines a conflict, and takes nothing', async () => {
    const first = await held('o-1', a);
    const copies = [reserve('o-1', a), reserve('o-1', b, a)];
    await untilWaiting(query, 2);
    await first.commit();
    expect(await Promise.all(copies)).toEqual([{ status: 'known' }, { status: 'conflict' }]);
    expect(await availableOf()).toMatchObject([{ available: '9' }, { available: '10' }, { available: '1' }]);
  });

  test('written in the order of the lines two orders lock each other out; asked for here they pass', async () => {
    const haveOne = gate(2);
    const naive = [
      [a, b],
      [b, a],
    ].map(([first, second]) =>
      within(async (transaction) => {
        const take = 'update "waybill".stock set available = available - 1 where sku = $1';
        await transaction.query(take, [first?.sku]);
        await haveOne();
        await transaction.query(take, [second?.sku]);
      }).then(() => 'none', errorCodeOf),
    );
    expect((await Promise.all(naive)).toSorted()).toEqual(['none', 'write-conflict']);

    // Both stand in line for `a`, and neither holds `b` meanwhile.
    const first = await held('o-0', a);
    const both = [reserve('o-1', b, a), reserve('o-2', a, b)];
    await untilWaiting(query, 2);
    const other = await within((transaction) => stock.reserve(transaction, 'o-3', [b]));
    await first.commit();
    expect([other, ...(await Promise.all(both))]).toEqual(Array.from({ length: 3 }, () => ({ status: 'reserved' })));
  });

  test('orders of many articles in any order, confirmed and released meanwhile, never fail and lose no piece', async () => {
    const skus = Array.from({ length: 8 }, (_, at) => `s-${at}`);
    for (const sku of skus) await within((transaction) => stock.restock(transaction, 'd', { sku, quantity: 30 }));
    const buy = async (at: number): Promise<void> => {
      const wanted = skus.map((_, step) => skus[(at * 5 + step * (at % 2 === 0 ? 1 : 7)) % 8] ?? '').slice(0, 5);
      await reserve(`o-${at}`, ...wanted.map((sku) => ({ sku, quantity: 1 + (at % 3) })));
      if (at % 3 === 0) await within((transaction) => stock.confirm(transaction, `o-${at}`, wanted.toReversed()));
      if (at % 3 === 1) await within((transaction) => stock.release(transaction, `o-${at}`, wanted.toReversed()));
    };
    await Promise.all(Array.from({ length: 60 }, (_, at) => buy(at)));
    const { rows } = await query(`
      select distinct (s.available + coalesce((select sum(quantity) from "waybill".reservations r where r.sku = s.sku), 0))::text as all
      from "waybill".stock s where s.sku like 's-%'`);
    expect(rows).toEqual([{ all: '30' }]);
  });
});
