import { expect, test } from 'vitest';
import {
  attemptPayment,
  capturePayment,
  createPaymentIntent,
  declinePayment,
  paymentIntentTransitions,
} from './payment-intent.ts';
import type { PaymentIntent, PaymentIntentStatus } from './payment-intent.ts';

const created = createPaymentIntent({
  id: 'i1',
  orderId: 'o1',
  customerId: 'c1',
  amount: { amount: 100, currency: 'EUR' },
});

const changes: Readonly<Record<Exclude<PaymentIntentStatus, 'CREATED'>, (intent: PaymentIntent) => PaymentIntent>> = {
  ATTEMPTED: attemptPayment,
  CAPTURED: (intent) => capturePayment(intent, 'ch_1'),
  DECLINED: declinePayment,
};

const statuses = Object.keys(paymentIntentTransitions) as PaymentIntentStatus[];
const targets = Object.keys(changes) as (keyof typeof changes)[];
const pairs = statuses.flatMap((from) => targets.map((to) => ({ from, to })));

test.each(pairs.filter(({ from, to }) => paymentIntentTransitions[from].includes(to)))(
  'from $from to $to it may go',
  ({ from, to }) => {
    expect(changes[to]({ ...created, status: from }).status).toBe(to);
  },
);

test.each(pairs.filter(({ from, to }) => !paymentIntentTransitions[from].includes(to)))(
  'from $from to $to it may not go',
  ({ from, to }) => {
    expect(() => changes[to]({ ...created, status: from })).toThrowError(
      expect.objectContaining({ code: 'illegal-transition' }),
    );
  },
);

test('a captured payment keeps the number of its charge', () => {
  expect(capturePayment(attemptPayment(created), 'ch_1')).toMatchObject({ chargeId: 'ch_1' });
});
