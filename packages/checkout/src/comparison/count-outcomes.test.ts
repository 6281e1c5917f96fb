import { expect, test } from 'vitest';
import type { WishOutcome } from '../buyers/run-buyer.ts';
import { createOrder } from '../domain/order.ts';
import type { Order, OrderStatus } from '../domain/order.ts';
import type { LedgerEntry } from '../provider/charge-desk.ts';
import { countOutcomes } from './count-outcomes.ts';
import type { Figures } from './count-outcomes.ts';

const total = { amount: 100, currency: 'EUR' };

const order = (id: string, customerId: string, status: OrderStatus, settledAtMs?: number): Order => ({
  ...createOrder({ id, customerId, cart: { lines: [], total }, createdAtMs: 0 }),
  status,
  settledAtMs,
});

const charge = (orderId: string, customerId: string): LedgerEntry => ({
  chargeId: `ch_${orderId}`,
  orderId,
  customerId,
  amount: total,
  key: undefined,
  capturedAtMs: 0,
});

const wish = (customerId: string, orderIds: readonly string[], answeredAtMs?: number): WishOutcome => ({
  customerId,
  startedAtMs: 1000,
  answeredAtMs,
  orderIds,
  submits: 2,
  timeouts: 1,
});

const count = (wishes: readonly WishOutcome[], orders: readonly Order[], ledger: readonly LedgerEntry[]): Figures =>
  countOutcomes({ wishes, orders, ledger, unsettled: undefined });

test('one wish, one order, one charge is what is wanted', () => {
  expect(count([wish('c1', ['o1'], 1500)], [order('o1', 'c1', 'PAID', 3000)], [charge('o1', 'c1')])).toMatchObject({
    wishes: 1,
    orders: 1,
    duplicateOrders: 0,
    lostOrders: 0,
    charges: 1,
    duplicateCharges: 0,
    chargesWithoutOrder: 0,
    stuckOrders: 0,
    submits: 2,
    timeouts: 1,
    checkoutMs: { p50: 500, p99: 500, max: 500 },
    timeToPaidMs: { p50: 2000, p99: 2000 },
  });
});

test('orders and charges beyond the first of a wish are duplicates, also for different orders', () => {
  const orders = [order('o1', 'c1', 'PAID', 9000), order('o2', 'c1', 'PAID', 4000), order('o3', 'c2', 'PAID', 5000)];
  const ledger = [charge('o1', 'c1'), charge('o2', 'c1'), charge('o2', 'c1'), charge('o3', 'c2')];
  const figures = count([wish('c1', ['o1', 'o2']), wish('c2', ['o3'])], orders, ledger);
  expect(figures).toMatchObject({ duplicateOrders: 1, duplicateCharges: 2, chargesWithoutOrder: 0 });
  expect(figures.timeToPaidSamplesMs).toEqual([3000, 4000]);
});

test('a wish is lost when an order was told and none of its orders came to an end', () => {
  const orders = [order('o2', 'c2', 'PENDING_PAYMENT'), order('o3', 'c3', 'PAYMENT_FAILED', 1)];
  const figures = count([wish('c1', ['o1']), wish('c2', ['o2']), wish('c3', ['o3']), wish('c4', [])], orders, []);
  expect(figures).toMatchObject({ lostOrders: 2, stuckOrders: 1, wishes: 4 });
});

test('a charge for an order that is missing, failed or pending is money without goods', () => {
  const orders = [order('o1', 'c1', 'PENDING_PAYMENT'), order('o2', 'c2', 'PAYMENT_FAILED', 1)];
  const ledger = [charge('o1', 'c1'), charge('o2', 'c2'), charge('gone', 'c3')];
  expect(count([], orders, ledger).chargesWithoutOrder).toBe(3);
});

test('buyers who were never answered have no checkout time', () => {
  expect(count([wish('c1', []), wish('c2', ['o2'], 1100)], [], []).checkoutSamplesMs).toEqual([100]);
});
