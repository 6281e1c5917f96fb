import { expect, test } from 'vitest';
import { createOrder, orderTransitions, settleOrder } from './order.ts';
import type { OrderStatus } from './order.ts';

const order = createOrder({
  id: 'o1',
  customerId: 'c1',
  cart: { lines: [], total: { amount: 100, currency: 'EUR' } },
  createdAtMs: 1,
});

test('a new order waits for its payment', () => {
  expect(order).toMatchObject({ status: 'PENDING_PAYMENT', settledAtMs: undefined });
});

const states = Object.keys(orderTransitions) as OrderStatus[];
const ends = ['PAID', 'PAYMENT_FAILED'] as const;
const pairs = states.flatMap((from) => ends.map((to) => ({ from, to })));

test.each(pairs.filter(({ from, to }) => orderTransitions[from].includes(to)))(
  'from $from to $to it may go',
  ({ from, to }) => {
    expect(settleOrder({ ...order, status: from }, to, 2)).toMatchObject({ status: to, settledAtMs: 2 });
  },
);

test.each(pairs.filter(({ from, to }) => !orderTransitions[from].includes(to)))(
  'from $from to $to it may not go',
  ({ from, to }) => {
    expect(() => settleOrder({ ...order, status: from }, to, 2)).toThrowError(
      expect.objectContaining({ code: 'illegal-transition' }),
    );
  },
);
