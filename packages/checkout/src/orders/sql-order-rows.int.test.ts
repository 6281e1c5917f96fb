import { memoryStore } from '@waybill/core';
import { postgresStore } from '@waybill/store-postgres';
import { pgliteDatabase } from '@waybill/store-postgres/pglite';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createOrder, settleOrder } from '../domain/order.ts';
import { attemptPayment, capturePayment, createPaymentIntent, declinePayment } from '../domain/payment-intent.ts';
import { createOrderTables } from './create-order-tables.ts';
import { memoryOrderRows } from './order-rows.ts';
import type { OrderRows } from './order-rows.ts';
import { sqlOrderRows } from './sql-order-rows.ts';

// PGlite takes seconds to start.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const database = pgliteDatabase();
const store = postgresStore({ database, schema: 'shop_store' });
const rowsOf = sqlOrderRows('shop');

beforeAll(async () => {
  await store.open();
  await createOrderTables(database, 'shop');
});
afterAll(() => store.close());

/** A step of one shop's life, by the number of its order. */
type Step = (rows: OrderRows, at: number) => Promise<unknown>;

const price = fc.record({ amount: fc.maxSafeNat(), currency: fc.constantFrom('EUR', 'THB') });
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((one) => !one.includes('\0'));
const timeMs = fc.double({ min: 0, max: 4e12, noNaN: true, noDefaultInfinity: true });
const line = fc.record({ productId: text, quantity: fc.nat(), unitPrice: price, total: price });

const place = fc
  .record({ customerId: text, lines: fc.array(line, { maxLength: 3 }), total: price, createdAtMs: timeMs })
  .map(({ customerId, lines, total, createdAtMs }): Step => async (rows, at) => {
    if ((await rows.findOrder(`o${at}`)) !== undefined) return;
    const orderId = `o${at}`;
    await rows.saveOrder(createOrder({ id: orderId, customerId, cart: { lines, total }, createdAtMs }));
    await rows.saveIntent(createPaymentIntent({ id: `i${at}`, orderId, customerId, amount: total }));
  });
const attempt = fc.constant<Step>(async (rows, at) => {
  const intent = await rows.findIntent(`i${at}`);
  if (intent?.status === 'CREATED') await rows.saveIntent(attemptPayment(intent));
});
const settle = fc
  .record({ chargeId: fc.option(text), atMs: timeMs })
  .map(({ chargeId, atMs }): Step => async (rows, at) => {
    const intent = await rows.findIntent(`i${at}`);
    const order = await rows.findOrder(`o${at}`);
    if (intent?.status !== 'ATTEMPTED' || order === undefined) return;
    await rows.saveIntent(chargeId === null ? declinePayment(intent) : capturePayment(intent, chargeId));
    await rows.saveOrder(settleOrder(order, chargeId === null ? 'PAYMENT_FAILED' : 'PAID', atMs));
  });
const steps = fc.array(fc.tuple(fc.nat(3), fc.oneof(place, attempt, settle)), { maxLength: 25 });

/** Every row of the shop, read as the service reads it. */
const readAll = async (rows: OrderRows): Promise<unknown[]> => {
  const found: unknown[] = [];
  for (const at of [0, 1, 2, 3]) found.push(await rows.findOrder(`o${at}`), await rows.findIntent(`i${at}`));
  return found;
};

test('any life of a shop leaves the rows that memory has', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (life) => {
      await database.query('truncate shop.orders, shop.payment_intents');
      const model = memoryStore();
      for (const [at, step] of life) {
        await store.transaction(({ native }) => step(rowsOf(native), at));
        await model.transaction(({ native }) => step(memoryOrderRows(native), at));
      }
      const expected = await model.transaction(({ native }) => readAll(memoryOrderRows(native)));
      expect(await store.transaction(({ native }) => readAll(rowsOf(native)))).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test.each(['a\0b', '\ud83d'])('an id that no row could hold, %j, is not there', async (id) => {
  const found = await store.transaction(async ({ native }) => [
    await rowsOf(native).findOrder(id),
    await rowsOf(native).findIntent(id),
  ]);
  expect(found).toEqual([undefined, undefined]);
});

test('the tables may be created again, and by several at once', async () => {
  await Promise.all([createOrderTables(database, 'shop'), createOrderTables(database, 'shop')]);
  await expect(createOrderTables(database, 'shop')).resolves.toBeUndefined();
});
