import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import type { ChargeRequest, ChargeResult } from '../domain/charge.ts';
import { createOrder } from '../domain/order.ts';
import { createOrderTable } from '../orders/order-table.ts';
import { payOrder } from './pay-order.ts';

const total = { amount: 500, currency: 'EUR' };
const order = createOrder({ id: 'o1', customerId: 'c1', cart: { lines: [], total }, createdAtMs: 0 });

const setUp = async (result: ChargeResult = { status: 'captured', chargeId: 'ch_1' }) => {
  const clock = virtualClock({ startMs: 42 });
  const orders = createOrderTable();
  await orders.insert(order);
  const charges: ChargeRequest[] = [];
  const payments = {
    charge: async (request: ChargeRequest) => {
      charges.push(request);
      return result;
    },
    lookUp: async () => ({ status: 'absent' as const }),
  };
  return { orders, charges, pay: (id: string) => payOrder(id, { clock, orders, payments }) };
};

test('an order is charged without a key and becomes paid', async () => {
  const { pay, charges } = await setUp();
  expect(await pay('o1')).toMatchObject({ status: 'PAID', settledAtMs: 42 });
  expect(charges).toEqual([{ orderId: 'o1', customerId: 'c1', amount: total, key: undefined }]);
});

test('a declined card ends the order', async () => {
  const { pay } = await setUp({ status: 'declined' });
  expect(await pay('o1')).toMatchObject({ status: 'PAYMENT_FAILED' });
});

test('an order that is settled is left alone', async () => {
  const { pay, charges } = await setUp();
  await pay('o1');
  await pay('o1');
  expect(charges).toHaveLength(1);
});

test('two messages for one order at the same time charge it twice: the check is no lock', async () => {
  const { pay, charges } = await setUp();
  const outcomes = await Promise.allSettled([pay('o1'), pay('o1')]);
  expect(charges).toHaveLength(2);
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
});

test('an order that nobody has stored cannot be paid', async () => {
  const { pay } = await setUp();
  await expect(pay('o2')).rejects.toMatchObject({ code: 'order-not-found' });
});
