import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseCatalogue } from './catalogue.ts';

const pen = { id: 'pen', name: 'Pen', price: 250 };

test('the catalogue that ships is legal', () => {
  const json: unknown = JSON.parse(readFileSync(new URL('../../catalogue.json', import.meta.url), 'utf8'));
  expect(parseCatalogue(json).products.get('notebook')?.price).toEqual({ amount: 890, currency: 'EUR' });
});

test('every problem is reported at once, with its path', () => {
  const json = {
    currency: 'euro',
    products: [
      { ...pen, price: 2.5 },
      { ...pen, id: '' },
    ],
  };
  expect(() => parseCatalogue(json)).toThrowError(/currency: .*products\[0\]\.price: .*products\[1\]\.id: /);
});

test('a product cannot be listed twice', () => {
  expect(() => parseCatalogue({ currency: 'EUR', products: [pen, pen] })).toThrowError(
    /products\[1\]\.id: pen is listed twice/,
  );
});
