import { expect, test } from 'vitest';
import { money, sumMoney, timesMoney } from './money.ts';

test('sums and products of minor units are exact', () => {
  const prices = [money(10, 'EUR'), money(20, 'EUR'), timesMoney(money(395, 'EUR'), 3)];
  expect(sumMoney(prices, 'EUR')).toEqual({ amount: 1215, currency: 'EUR' });
});

test('an empty sum is zero of the currency', () => {
  expect(sumMoney([], 'THB')).toEqual({ amount: 0, currency: 'THB' });
});

test.each([0.1, Number.NaN, Infinity, 2 ** 53])('%d is no amount', (amount) => {
  expect(() => money(amount, 'EUR')).toThrowError(expect.objectContaining({ code: 'amount-too-large' }));
});
