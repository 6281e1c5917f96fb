import { expect, test } from 'vitest';
import { attemptPayment, capturePayment, createPaymentIntent, declinePayment } from './payment-intent.ts';

const created = createPaymentIntent({
  id: 'i1',
  orderId: 'o1',
  customerId: 'c1',
  amount: { amount: 100, currency: 'EUR' },
});
const attempted = attemptPayment(created);
const illegal: unknown = expect.objectContaining({ code: 'illegal-transition' });

test('an intent is attempted before it is captured, and keeps the number of its charge', () => {
  expect(() => capturePayment(created, 'ch_1')).toThrowError(illegal);
  expect(capturePayment(attempted, 'ch_1')).toMatchObject({ status: 'CAPTURED', chargeId: 'ch_1' });
});

test('what is captured or declined stays so', () => {
  for (const settled of [capturePayment(attempted, 'ch_1'), declinePayment(attempted)]) {
    expect(() => attemptPayment(settled)).toThrowError(illegal);
    expect(() => capturePayment(settled, 'ch_2')).toThrowError(illegal);
    expect(() => declinePayment(settled)).toThrowError(illegal);
  }
});
