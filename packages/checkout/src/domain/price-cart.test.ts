import { expect, test } from 'vitest';
import { parseCatalogue } from './catalogue.ts';
import { priceCart } from './price-cart.ts';

const catalogue = parseCatalogue({
  currency: 'EUR',
  products: [
    { id: 'pen', name: 'Pen', price: 250 },
    { id: 'safe', name: 'Safe', price: Number.MAX_SAFE_INTEGER },
  ],
});

test('each line has the price of the catalogue and the total is their sum', () => {
  const cart = priceCart(
    [
      { productId: 'pen', quantity: 2 },
      { productId: 'pen', quantity: 1 },
    ],
    catalogue,
  );
  expect(cart.lines.map((line) => line.total.amount)).toEqual([500, 250]);
  expect(cart.total).toEqual({ amount: 750, currency: 'EUR' });
});

test('an unknown product is named by its line', () => {
  const lines = [
    { productId: 'pen', quantity: 1 },
    { productId: 'constructor', quantity: 1 },
  ];
  expect(() => priceCart(lines, catalogue)).toThrowError(
    expect.objectContaining({ code: 'unknown-product', path: 'lines[1].productId' }),
  );
});

test('a total that an integer cannot hold is refused', () => {
  const lines = [
    { productId: 'safe', quantity: 1 },
    { productId: 'pen', quantity: 1 },
  ];
  expect(() => priceCart(lines, catalogue)).toThrowError(expect.objectContaining({ code: 'amount-too-large' }));
});
