import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { TransactionContext } from '../bus/bus.ts';
import { defineCommand } from '../contracts/define-command.ts';
import { fingerprint } from '../fingerprint/fingerprint.ts';
import type { MemoryTables } from '../memory-store/memory-tables.ts';
import { countingIds } from '../testing/seeded-random.ts';
import { testBus } from '../testing/test-bus.ts';
import type { TestBus } from '../testing/test-bus.ts';
import type { OnceAnswer } from './answer-once-options.ts';
import { answerOnce } from './answer-once.ts';

const opened: TestBus[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.stop();
});

async function startShop() {
  const shop = testBus();
  opened.push(shop);
  shop.bus.handle(ChargeOrder, () => undefined);
  await shop.idle();
  return shop;
}

const ChargeOrder = defineCommand({ name: 'charge-order', version: 1, schema: z.object({ orderId: z.string() }) });

const operation = 'POST /checkouts';
const request = { lines: [{ sku: 'lamp', quantity: 1 }], customer: 'c-1' };
const newId = countingIds('worker');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const said = (answer: OnceAnswer): string =>
  answer.status === 'answered'
    ? `${answer.isReplay ? 'again' : 'first'}: ${new TextDecoder().decode(answer.answer)}`
    : answer.status;

type Transaction = TransactionContext<MemoryTables>;

/** Makes one more order, and says how many there are. */
async function placeOrder({ native, send }: Transaction): Promise<Uint8Array> {
  const counts = native.table<number>('counts');
  const count = (counts.get('orders') ?? 0) + 1;
  counts.put('orders', count);
  native.table('orders').insert(`o-${count}`, count);
  await send(ChargeOrder, { orderId: `o-${count}` });
  return bytes(`order ${count}`);
}

const ordersOf = ({ store }: TestBus): number => store.tables.table('orders').rows().length;

test('a request that comes again is answered with the bytes of the first, and has no second effect', async () => {
  const shop = await startShop();
  const submit = () => answerOnce({ bus: shop.bus, operation, key: 'k', request, work: placeOrder });
  expect(said(await submit())).toBe('first: order 1');
  expect(said(await submit())).toBe('again: order 1');
  await shop.idle();
  expect(ordersOf(shop)).toBe(1);
  expect(shop.published(ChargeOrder)).toHaveLength(1);
});

test('every byte comes back, and an empty answer is an answer', async () => {
  const { bus } = await startShop();
  for (const [key, answer] of [
    ['all', Uint8Array.from({ length: 256 }, (_, byte) => byte)],
    ['none', new Uint8Array()],
  ] as const) {
    const submit = () => answerOnce({ bus, operation, key, request, work: async () => answer });
    expect(await submit()).toEqual({ status: 'answered', answer, isReplay: false });
    expect(await submit()).toEqual({ status: 'answered', answer, isReplay: true });
  }
});

test('the same key with another body is a conflict; with its fields in another order it is the same request', async () => {
  const { bus } = await startShop();
  const submit = (body: unknown) => answerOnce({ bus, operation, key: 'k', request: body, work: placeOrder });
  await submit(request);
  expect(await submit({ ...request, customer: 'c-2' })).toEqual({ status: 'conflict' });
  expect(said(await submit({ customer: 'c-1', lines: request.lines }))).toBe('again: order 1');
});

test('one key of two operations is two requests, and a key that a subscription has counted is none', async () => {
  const { bus, store } = await startShop();
  const submit = (name: string) => answerOnce({ bus, operation: name, key: 'k', request, work: placeOrder });
  expect([said(await submit('a')), said(await submit('b'))]).toEqual(['first: order 1', 'first: order 2']);
  const mark = { kind: 'identity', scope: 'charge-order', key: 'k', leaseMs: 0 } as const;
  await store.transaction(({ claim }) => claim([{ ...mark, fingerprint: fingerprint(request) }]));
  expect(await submit('charge-order')).toEqual({ status: 'conflict' });
});

test('a request whose work fails has not happened, and can be sent again', async () => {
  const shop = await startShop();
  const failing = answerOnce({
    bus: shop.bus,
    operation,
    key: 'k',
    request,
    work: async (transaction) => {
      await placeOrder(transaction);
      throw new Error('out of stock');
    },
  });
  await expect(failing).rejects.toThrow('out of stock');
  expect(ordersOf(shop)).toBe(0);
  const again = answerOnce({ bus: shop.bus, operation, key: 'k', request, work: placeOrder });
  expect(said(await again)).toBe('first: order 1');
});

test('of ten copies at once one does the work and all have its answer', async () => {
  const shop = await startShop();
  const copies = Array.from({ length: 10 }, () =>
    answerOnce({ bus: shop.bus, operation, key: 'k', request, work: placeOrder }),
  );
  const answers = (await shop.clock.runUntil(Promise.all(copies))).map(said);
  expect(answers.toSorted()).toEqual([...Array.from({ length: 9 }, () => 'again: order 1'), 'first: order 1']);
  expect(ordersOf(shop)).toBe(1);
});

test('until its retention is over a key stands for its request, and then for a new one', async () => {
  const { bus, clock } = await startShop();
  const submit = (body: unknown) =>
    answerOnce({ bus, operation, key: 'k', request: body, retentionMs: 60_000, work: placeOrder });
  await submit(request);
  await clock.advance(59_999);
  expect(said(await submit(request))).toBe('again: order 1');
  expect(await submit('another')).toEqual({ status: 'conflict' });
  await clock.advance(1);
  expect(said(await submit('another'))).toBe('first: order 2');
});

/** A provider that is held until the test lets it answer. */
function heldProvider() {
  const keys: string[] = [];
  const answers: PromiseWithResolvers<string>[] = [];
  return {
    keys,
    answer: (at: number, text: string) => answers[at]?.resolve(text),
    fail: (at: number) => answers[at]?.reject(new Error('no answer')),
    call: ({ idempotencyKey }: { readonly idempotencyKey: string }) => {
      keys.push(idempotencyKey);
      const answer = Promise.withResolvers<string>();
      answers.push(answer);
      return answer.promise;
    },
  };
}

async function startPayments() {
  const shop = await startShop();
  const provider = heldProvider();
  const work = async (transaction: Transaction, receipt: string): Promise<Uint8Array> => {
    await placeOrder(transaction);
    return bytes(receipt);
  };
  const submit = (body: unknown = request) =>
    answerOnce({ bus: shop.bus, operation, key: 'k', request: body, leaseMs: 1000, newId, call: provider.call, work });
  return { ...shop, shop, provider, submit };
}

test('while a call is awaited copies are told to wait, another body is a conflict, and then all have the answer', async () => {
  const { submit, clock, provider, shop } = await startPayments();
  const first = submit();
  await clock.advance(400);
  expect(await submit()).toEqual({ status: 'in-progress', retryAfterMs: 600 });
  expect(await submit('another')).toEqual({ status: 'conflict' });
  provider.answer(0, 'receipt 1');
  expect(said(await first)).toBe('first: receipt 1');
  expect(said(await submit())).toBe('again: receipt 1');
  expect([provider.keys, ordersOf(shop)]).toEqual([['POST /checkouts:k'], 1]);
});

test('no transaction is open while the call is awaited', async () => {
  const { submit, clock, provider, store } = await startPayments();
  const first = submit();
  await clock.advance(1);
  // An open transaction that has claimed the key would make this one lose.
  const mark = { kind: 'identity', scope: operation, key: 'other', fingerprint: 'f', leaseMs: 0 } as const;
  expect(await store.transaction(({ claim }) => claim([mark]))).toEqual([{ status: 'claimed' }]);
  provider.answer(0, 'receipt 1');
  await first;
});

test('after a crash between claim and answer the next one has the request, under the same key at the provider', async () => {
  const { submit, clock, provider, shop } = await startPayments();
  void submit(); // never heard of again
  await clock.advance(999);
  expect(await submit()).toEqual({ status: 'in-progress', retryAfterMs: 1 });
  await clock.advance(1);
  const second = submit();
  await clock.advance(1);
  provider.answer(1, 'receipt 2');
  expect(said(await second)).toBe('first: receipt 2');
  expect(new Set(provider.keys)).toEqual(new Set(['POST /checkouts:k']));
  expect(ordersOf(shop)).toBe(1);
});

test('who comes back late while another is at work changes nothing and is told to wait', async () => {
  const { submit, clock, provider, shop } = await startPayments();
  const late = submit();
  await clock.advance(1000);
  const taker = submit();
  await clock.advance(1);
  provider.answer(0, 'late');
  expect(await late).toEqual({ status: 'in-progress', retryAfterMs: 999 });
  expect(ordersOf(shop)).toBe(0);
  provider.answer(1, 'taken over');
  expect(said(await taker)).toBe('first: taken over');
  expect(ordersOf(shop)).toBe(1);
});

test('who comes back after another has answered has that answer', async () => {
  const { submit, clock, provider, shop } = await startPayments();
  const late = submit();
  await clock.advance(1000);
  const taker = submit();
  await clock.advance(1);
  provider.answer(1, 'taken over');
  await taker;
  provider.answer(0, 'late');
  expect(said(await late)).toBe('again: taken over');
  expect(ordersOf(shop)).toBe(1);
});

test('who comes back when the taker has died as well finishes with what it has, without another call', async () => {
  const { submit, clock, provider, shop } = await startPayments();
  const late = submit();
  await clock.advance(1000);
  void submit(); // never heard of again
  await clock.advance(1000);
  provider.answer(0, 'late');
  expect(said(await late)).toBe('first: late');
  expect([provider.keys.length, ordersOf(shop)]).toEqual([2, 1]);
});

test('a lease that ran out and that nobody took is still the right to answer', async () => {
  const { submit, clock, provider } = await startPayments();
  const slow = submit();
  await clock.advance(5000);
  provider.answer(0, 'slow');
  expect(said(await slow)).toBe('first: slow');
});

test('a call that fails leaves the request in progress until the lease is over, for nobody knows what it did', async () => {
  const { submit, clock, provider } = await startPayments();
  const failing = submit().catch((error: unknown) => error);
  await clock.advance(1);
  provider.fail(0);
  expect(await failing).toMatchObject({ message: 'no answer' });
  expect(await submit()).toEqual({ status: 'in-progress', retryAfterMs: 999 });
});

test('a `not-found` of the work itself is the error of the work', async () => {
  const { bus } = await startShop();
  const failing = answerOnce({
    bus,
    operation,
    key: 'k',
    request,
    leaseMs: 1000,
    call: async () => 'receipt',
    work: async ({ complete }) => {
      await complete([{ scope: operation, key: 'another', answer: undefined }]);
      return bytes('');
    },
  });
  await expect(failing).rejects.toMatchObject({ code: 'not-found' });
});

test.each([
  ['operation', { operation: '' }],
  ['key', { key: '' }],
  ['retentionMs', { retentionMs: 0 }],
  ['retentionMs', { retentionMs: Number.NaN }],
])('an illegal %s is refused before anything happens: %j', async (path, changes) => {
  const { bus } = await startShop();
  const refused = answerOnce({ bus, operation, key: 'k', request, work: placeOrder, ...changes });
  await expect(refused).rejects.toMatchObject({ code: 'invalid-options', path });
});

test('a lease of nothing is refused', async () => {
  const { bus } = await startShop();
  const provider = heldProvider();
  const work = async (): Promise<Uint8Array> => bytes('');
  const refused = answerOnce({ bus, operation, key: 'k', request, leaseMs: 0, call: provider.call, work });
  await expect(refused).rejects.toMatchObject({ code: 'invalid-options', path: 'leaseMs' });
  expect(provider.keys).toEqual([]);
});
