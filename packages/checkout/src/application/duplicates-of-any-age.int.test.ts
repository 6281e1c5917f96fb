import { createBus, systemClock, systemNewId, systemRandom } from '@waybill/core';
import type { Clock } from '@waybill/core/driver';
import { pgliteDatabase } from '@waybill/store-postgres/pglite';
import { memoryTransport } from '@waybill/transport-memory';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ChargeRequest } from '../domain/charge.ts';
import { openOrderBook } from '../orders/open-order-book.ts';
import { createCommitFirstService } from './commit-first-service.ts';
import { takePaymentCommand } from './take-payment-command.ts';

// PGlite takes seconds to start.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** The machine's clock, which can be set forward: a database waits for nobody's virtual time. */
const movableClock = (): Clock & { readonly moveBy: (ms: number) => void } => {
  let movedMs = 0;
  return {
    ...systemClock,
    now: () => systemClock.now() + movedMs,
    monotonic: () => systemClock.monotonic() + movedMs,
    moveBy: (ms) => {
      movedMs += ms;
    },
  };
};

const clock = movableClock();
const database = pgliteDatabase();
const charges: ChargeRequest[] = [];
const events: string[] = [];
const parts = { clock, random: systemRandom, newId: systemNewId };
const price = { amount: 250, currency: 'EUR' };

const setUp = async () => {
  const book = await openOrderBook({ database, schema: 'shop' });
  // The broker's own window is five minutes; what is older comes through.
  const transport = memoryTransport({ profile: 'sqs-fifo', clock, random: systemRandom });
  const observe = ({ event }: { readonly event: string }): void => void events.push(event);
  const bus = createBus({ ...parts, transport, store: book.store, observe });
  const service = createCommitFirstService({
    ...parts,
    bus,
    rowsOf: book.rowsOf,
    payments: {
      charge: async (request) => {
        charges.push(request);
        return { status: 'captured', chargeId: `ch_${charges.length}` };
      },
      lookUp: async () => ({ status: 'absent' }),
    },
  });
  await bus.start();
  return { book, bus, service };
};

let shop: Awaited<ReturnType<typeof setUp>>;

beforeAll(async () => {
  shop = await setUp();
});
afterAll(() => shop.bus.stop());

test('an order and its command, repeated after 1 s, 6 minutes and 30 days, have one charge', async () => {
  const { book, bus, service } = shop;
  const place = () =>
    service.placeOrder(
      {
        request: { customer: { id: 'c1', email: 'c1@example.com' }, lines: [{ productId: 'pen', quantity: 1 }] },
        cart: { lines: [], total: price },
      },
      'form-1',
    );
  const { orderId } = await place();
  await bus.drain();
  const { rows } = await database.query('select id from shop.payment_intents');
  const command = { orderId, intentId: String(rows[0]?.['id']) };
  expect(charges).toHaveLength(1);

  const second = 1000;
  const ages = [second, 360 * second, 30 * 86_400 * second];
  for (const [index, ageMs] of ages.entries()) {
    clock.moveBy(ageMs - (ages[index - 1] ?? 0));
    // The marks of the database go by its own clock, so they are made older.
    await database.query(
      `update shop_store.inbox set claimed_at = now() - interval '1 millisecond' * $1::text::float8`,
      [String(ageMs)],
    );
    expect(await place()).toMatchObject({ orderId, isReplay: true });
    await bus.send(takePaymentCommand, command);
    await bus.drain();
    expect(charges).toHaveLength(1);
  }
  // The first copy fell into the broker's window; the others were delivered, and found the payment taken.
  expect(events.filter((event) => event === 'handled')).toHaveLength(3);
  expect((await book.orders()).map(({ id, status }) => [id, status])).toEqual([[orderId, 'PAID']]);
});
