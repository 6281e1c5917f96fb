import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { pgliteDatabase } from '../pglite/pglite-database.ts';
import { migrate } from '../schema/migrate.ts';
import { reservations } from './reservations.ts';
import type { ReserveOutcome, ReservingTransaction, StockLine } from './reservations.ts';

const database = pgliteDatabase();
await migrate(database);
afterAll(() => database.close());

const skus = ['a', 'b', 'c\0'];
const sku = fc.constantFrom(...skus);
const order = fc.constantFrom('o-1', 'o-2', 'o-3');
const line = fc.record({ sku, quantity: fc.integer({ min: 1, max: 4 }) });
const some = fc.uniqueArray(sku, { minLength: 1 });

const command = fc.oneof(
  fc.record({ does: fc.constant('restock' as const), delivery: fc.constantFrom('d-1', 'd-2'), line }),
  fc.record({
    does: fc.constant('reserve' as const),
    order,
    lines: fc.uniqueArray(line, { minLength: 1, selector: (each) => each.sku }),
  }),
  fc.record({ does: fc.constantFrom('confirm' as const, 'release' as const), order, skus: some }),
  fc.record({ does: fc.constant('wait' as const) }),
);
type Command = typeof command extends fc.Arbitrary<infer One> ? One : never;

/** What is promised, in a few maps: a reservation that is over is simply gone. */
function createModel() {
  const available = new Map<string, number>();
  const deliveries = new Set<string>();
  const held = new Map<string, { quantity: number; isConfirmed: boolean }>();
  const place = (orderId: string, article: string) => `${orderId} ${article}`;
  const change = (article: string, by: number) => available.set(article, (available.get(article) ?? 0) + by);

  const reserve = (orderId: string, lines: readonly StockLine[]): ReserveOutcome => {
    const known = lines.map((each) => held.get(place(orderId, each.sku))?.quantity);
    if (lines.every(({ quantity }, at) => known[at] === quantity)) return { status: 'known' };
    if (known.some((quantity) => quantity !== undefined)) return { status: 'conflict' };
    const short = lines.map((each) => ({ ...each, quantity: each.quantity - (available.get(each.sku) ?? 0) }));
    const missing = short.filter(({ quantity }) => quantity > 0);
    if (missing.length > 0) return { status: 'insufficient', missing };
    for (const { sku: article, quantity } of lines) {
      change(article, -quantity);
      held.set(place(orderId, article), { quantity, isConfirmed: false });
    }
    return { status: 'reserved' };
  };

  const answerTo = (one: Command): unknown => {
    if (one.does === 'restock') {
      const name = place(one.delivery, one.line.sku);
      if (deliveries.has(name)) return false;
      deliveries.add(name);
      change(one.line.sku, one.line.quantity);
      return true;
    }
    if (one.does === 'reserve') return reserve(one.order, one.lines);
    if (one.does === 'wait') {
      for (const [name, { quantity, isConfirmed }] of held) {
        if (isConfirmed) continue;
        held.delete(name);
        change(name.slice(name.indexOf(' ') + 1), quantity);
      }
      return undefined;
    }
    const found = one.skus.flatMap((article) => {
      const reservation = held.get(place(one.order, article));
      return reservation === undefined ? [] : [{ article, reservation }];
    });
    if (one.does === 'confirm') {
      if (found.length < one.skus.length) return false;
      for (const { reservation } of found) reservation.isConfirmed = true;
      return true;
    }
    return found.map(({ article, reservation: { quantity } }) => {
      held.delete(place(one.order, article));
      change(article, quantity);
      return { sku: article, quantity };
    });
  };
  return { answerTo, available: (article: string) => available.get(article) ?? 0 };
}

const stock = reservations({ holdMs: 3_600_000 });
const within = <Result>(work: (transaction: ReservingTransaction) => Promise<Result>): Promise<Result> =>
  database.transaction(({ native }) => work(native));

async function answerOf(one: Command): Promise<unknown> {
  if (one.does === 'restock') return within((own) => stock.restock(own, one.delivery, one.line));
  if (one.does === 'reserve') return within((own) => stock.reserve(own, one.order, one.lines));
  if (one.does === 'confirm') return within((own) => stock.confirm(own, one.order, one.skus));
  if (one.does === 'release') return within((own) => stock.release(own, one.order, one.skus));
  await database.query(
    `update "waybill".reservations set held_until = held_until - interval '1 day' where held_until is not null`,
  );
  return undefined;
}

test(
  'whatever is delivered, reserved, confirmed, released and left to run out, the tables answer as a few maps do',
  { timeout: 300_000 },
  async () => {
    const property = fc.asyncProperty(fc.array(command, { maxLength: 20 }), async (commands) => {
      await database.query('truncate "waybill".stock, "waybill".stock_deliveries, "waybill".reservations');
      const model = createModel();
      for (const one of commands) {
        expect(await answerOf(one)).toEqual(model.answerTo(one));
        const left = await within((own) => Promise.all(skus.map((article) => stock.available(own, article))));
        expect(left).toEqual(skus.map(model.available));
      }
    });
    await fc.assert(property, { numRuns: 100 });
  },
);
