import { describe, expect, test } from 'vitest';
import type { CheckoutService, PlacedOrder } from '../application/checkout-service.ts';
import { parseCatalogue } from '../domain/catalogue.ts';
import { checkoutLimits } from '../domain/checkout-request.ts';
import { createOrder } from '../domain/order.ts';
import { CheckoutError } from '../errors/checkout-error.ts';
import type { CheckoutErrorCode } from '../errors/error-table.ts';
import { createCheckoutServer } from './create-checkout-server.ts';

const catalogue = parseCatalogue({ currency: 'EUR', products: [{ id: 'pen', name: 'Pen', price: 250 }] });
const customer = { id: 'c1', email: 'c1@example.com' };
const checkout = { customer, lines: [{ productId: 'pen', quantity: 2 }] };
const placed: PlacedOrder = {
  orderId: 'o1',
  status: 'PENDING_PAYMENT',
  total: { amount: 500, currency: 'EUR' },
  isReplay: false,
};
const order = createOrder({ id: 'o1', customerId: 'c1', cart: { lines: [], total: placed.total }, createdAtMs: 0 });

const serverOf = (placeOrder: CheckoutService['placeOrder'] = async () => placed) =>
  createCheckoutServer({
    service: { placeOrder, findOrder: async (id) => (id === 'o1' ? order : undefined) },
    catalogue,
    idempotencyKey: 'required',
  });

const post = (payload: unknown, headers: Record<string, string> = {}, server = serverOf()) =>
  server.inject({
    method: 'POST',
    url: '/checkouts',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'k1', ...headers },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });

describe('bad input', () => {
  const line = (change: object): object => ({ ...checkout, lines: [{ productId: 'pen', quantity: 1, ...change }] });
  const tooMany = Array.from({ length: checkoutLimits.linesMax + 1 }, () => ({ productId: 'pen', quantity: 1 }));

  const cases: readonly (readonly [
    string,
    unknown,
    Record<string, string>,
    number,
    CheckoutErrorCode,
    string | undefined,
  ])[] = [
    ['malformed JSON', '{"customer":', {}, 400, 'malformed-body', '$'],
    ['an empty body', '', {}, 400, 'malformed-body', '$'],
    ['a depth bomb', '['.repeat(20_000), {}, 400, 'body-too-deep', '$'],
    [
      'an oversized body',
      JSON.stringify({ ...checkout, note: 'x'.repeat(70_000) }),
      {},
      413,
      'body-too-large',
      undefined,
    ],
    ['another media type', 'a=1', { 'content-type': 'text/plain' }, 415, 'unsupported-media-type', undefined],
    ['a body that is no object', '[]', {}, 422, 'invalid-request', '$'],
    ['a missing customer', { lines: checkout.lines }, {}, 422, 'invalid-request', 'customer'],
    [
      'an e-mail that is none',
      { ...checkout, customer: { id: 'c', email: 'c' } },
      {},
      422,
      'invalid-request',
      'customer.email',
    ],
    ['no lines', { ...checkout, lines: [] }, {}, 422, 'invalid-request', 'lines'],
    ['too many lines', { ...checkout, lines: tooMany }, {}, 422, 'invalid-request', 'lines'],
    ['a negative quantity', line({ quantity: -1 }), {}, 422, 'invalid-request', 'lines[0].quantity'],
    ['a quantity of nothing', line({ quantity: 0 }), {}, 422, 'invalid-request', 'lines[0].quantity'],
    ['half a piece', line({ quantity: 0.5 }), {}, 422, 'invalid-request', 'lines[0].quantity'],
    ['a quantity beyond the limit', line({ quantity: 1000 }), {}, 422, 'invalid-request', 'lines[0].quantity'],
    [
      'a quantity that overflows',
      '{"customer":{"id":"c","email":"c@example.com"},"lines":[{"productId":"pen","quantity":1e400}]}',
      {},
      422,
      'invalid-request',
      'lines[0].quantity',
    ],
    ['a price of the buyer’s own', line({ unitPrice: 1 }), {}, 422, 'invalid-request', 'lines[0]'],
    ['an unknown product', line({ productId: 'yacht' }), {}, 422, 'unknown-product', 'lines[0].productId'],
    [
      'a product named like a prototype',
      line({ productId: '__proto__' }),
      {},
      422,
      'unknown-product',
      'lines[0].productId',
    ],
    [
      'no idempotency key',
      checkout,
      { 'idempotency-key': '' },
      400,
      'idempotency-key-missing',
      'headers.idempotency-key',
    ],
    [
      'an idempotency key with spaces',
      checkout,
      { 'idempotency-key': 'a b' },
      400,
      'idempotency-key-invalid',
      'headers.idempotency-key',
    ],
  ];

  test.each(cases)('%s is refused', async (_name, payload, headers, status, code, path) => {
    const response = await post(payload, headers);
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toContain('application/problem+json');
    const problem = response.json<Record<string, unknown>>();
    expect(problem).toMatchObject({ type: `/problems#${code}`, status, code });
    expect(problem['path']).toBe(path);
    for (const field of ['title', 'detail', 'remedy']) expect(problem[field]).toMatch(/\.$/);
  });

  test('a body that reaches for a prototype is data that the schema refuses', async () => {
    const response = await post('{"__proto__":{"admin":true},"customer":{},"lines":[]}');
    expect(response.statusCode).toBe(422);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test('values of the request are not repeated in the answer', async () => {
    const response = await post({ ...checkout, customer: { id: 'c1', email: 'SECRET-VALUE' } });
    expect(response.payload).not.toContain('SECRET-VALUE');
  });
});

describe('POST /checkouts', () => {
  test('a pending order is accepted with its number, its address and the price of the catalogue', async () => {
    const response = await post(checkout);
    expect(response.statusCode).toBe(202);
    expect(response.headers['location']).toBe('/orders/o1');
    expect(response.json()).toEqual({
      orderId: 'o1',
      status: 'PENDING_PAYMENT',
      total: { amount: 500, currency: 'EUR' },
    });
  });

  test('a paid order is created', async () => {
    expect(
      (
        await post(
          checkout,
          {},
          serverOf(async () => ({ ...placed, status: 'PAID' })),
        )
      ).statusCode,
    ).toBe(201);
  });

  test('a stored answer says that it is one', async () => {
    const response = await post(
      checkout,
      {},
      serverOf(async () => ({ ...placed, isReplay: true })),
    );
    expect(response.headers['idempotent-replayed']).toBe('true');
  });

  test('the service gets the validated request, the priced cart and the key without its quotes', async () => {
    const calls: unknown[] = [];
    const server = serverOf(async (priced, key) => {
      calls.push([priced.request, priced.cart.total.amount, key]);
      return placed;
    });
    await post(checkout, { 'idempotency-key': '"k2"' }, server);
    expect(calls).toEqual([[checkout, 500, 'k2']]);
  });

  test.each([
    ['idempotency-key-reused', 422],
    ['request-in-progress', 409],
    ['payment-declined', 402],
    ['payment-unknown', 502],
    ['unavailable', 503],
  ] as const)('%s of the service is a problem with status %d', async (code, status) => {
    const server = serverOf(async () => {
      throw new CheckoutError({ code, message: 'It failed.' });
    });
    const response = await post(checkout, {}, server);
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({ code, detail: 'It failed.' });
    expect(response.headers['retry-after']).toBe(code === 'request-in-progress' ? '1' : undefined);
  });

  test('an error that nobody expected is internal and keeps its text to itself', async () => {
    const server = serverOf(async () => {
      throw new Error('password=hunter2');
    });
    const response = await post(checkout, {}, server);
    expect(response.statusCode).toBe(500);
    expect(response.json()).toMatchObject({ code: 'internal' });
    expect(response.payload).not.toContain('hunter2');
  });

  test('a shop whose forms carry no token takes checkouts without one', async () => {
    const keys: (string | undefined)[] = [];
    const server = createCheckoutServer({
      service: {
        placeOrder: async (_checkout, key) => {
          keys.push(key);
          return placed;
        },
        findOrder: async () => undefined,
      },
      catalogue,
      idempotencyKey: 'ignored',
    });
    expect((await post(checkout, {}, server)).statusCode).toBe(202);
    expect(keys).toEqual([undefined]);
  });
});

describe('other routes', () => {
  test('an order can be read', async () => {
    const response = await serverOf().inject('/orders/o1');
    expect(response.json()).toMatchObject({ orderId: 'o1', status: 'PENDING_PAYMENT', settledAt: null });
  });

  test('an unknown order is a problem', async () => {
    const response = await serverOf().inject('/orders/o2');
    expect(response.statusCode).toBe(404);
    expect(response.json()).toMatchObject({ code: 'order-not-found', path: 'id' });
  });

  test.each(['/', '/checkouts', '/orders/%ff', '/orders'])('GET %s is a problem too', async (url) => {
    const response = await serverOf().inject(`${url}?token=SECRET-VALUE`);
    expect(response.headers['content-type']).toContain('application/problem+json');
    expect(['not-found', 'malformed-request']).toContain(response.json<{ code: string }>().code);
    expect(response.payload).not.toContain('SECRET-VALUE');
  });

  test('every problem type is described where its address points', async () => {
    const response = await serverOf().inject('/problems');
    expect(response.json()).toMatchObject({ 'unknown-product': { retryable: false } });
  });
});
