import { expect, test } from 'vitest';
import { parseCheckoutRequest } from './checkout-request.ts';

const formOf = (id: string): unknown => ({
  customer: { id, email: 'ada@example.com' },
  lines: [{ productId: 'pen', quantity: 1 }],
});

test.each(['ada', '王', 'a\tb', '\u{1f642}'])('customer %j can be stored', (id) => {
  expect(parseCheckoutRequest(formOf(id)).customer.id).toBe(id);
});

test.each(['a\0b', '\ud83d', '\ude42a'])('customer %j, whom no database could hold, is refused with the path', (id) => {
  const refusal = { code: 'invalid-request', path: 'customer.id' };
  expect(() => parseCheckoutRequest(formOf(id))).toThrowError(expect.objectContaining(refusal));
});
