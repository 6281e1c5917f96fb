import { scaledClock, systemClock } from '@waybill/core';
import type { Clock } from '@waybill/core/driver';
import Fastify from 'fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { createJsonClient } from '../http/json-client.ts';
import { listen } from '../http/listen.ts';
import { runBuyer } from './run-buyer.ts';
import type { Wish } from './workload.ts';

const wish: Wish = {
  customerId: 'c1',
  email: 'c1@example.com',
  lines: [{ productId: 'pen', quantity: 1 }],
  idempotencyKey: 'form-1',
  arrivalMs: 0,
  patienceMs: 5000,
  resubmitPausesMs: [1000, 1000],
  isDoubleClick: false,
};

const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

type Answer = (clock: Clock, request: FastifyRequest, reply: FastifyReply) => unknown;

/** A shop that answers as it is told, and what a buyer makes of it, twenty times as fast as life. */
const visit = async (answers: { readonly post: Answer; readonly get?: Answer }, changes: Partial<Wish> = {}) => {
  const clock = scaledClock(systemClock, 20);
  const server = Fastify({ forceCloseConnections: true });
  const keys: unknown[] = [];
  let cut = 0;
  server.post('/checkouts', (request, reply) => {
    keys.push(request.headers['idempotency-key']);
    request.raw.socket.once('close', () => {
      if (!reply.raw.writableEnded) cut += 1;
    });
    return answers.post(clock, request, reply);
  });
  server.get('/orders/:id', (request, reply) => answers.get?.(clock, request, reply) ?? reply.code(404).send({}));
  const shop = createJsonClient(await listen(server, 0));
  closers.push(shop.close, () => server.close());
  const outcome = await runBuyer({ ...wish, ...changes }, { shop, clock });
  return { outcome, keys, cut: () => cut };
};

test('a buyer who is told “paid” goes home', async () => {
  const { outcome } = await visit({ post: () => ({ orderId: 'o1', status: 'PAID' }) });
  expect(outcome).toMatchObject({ submits: 1, timeouts: 0, orderIds: ['o1'] });
});

test('a buyer who is declined goes home too', async () => {
  const { outcome } = await visit({
    post: (_clock, _request, reply) => reply.code(402).send({ code: 'payment-declined' }),
  });
  expect(outcome).toMatchObject({ submits: 1, timeouts: 0, orderIds: [] });
  expect(outcome.answeredAtMs).toBeDefined();
});

test('a buyer whose order is pending looks at the order page until it says paid', async () => {
  let looks = 0;
  const { outcome } = await visit({
    post: (_clock, _request, reply) => reply.code(202).send({ orderId: 'o1', status: 'PENDING_PAYMENT' }),
    get: () => {
      looks += 1;
      return { orderId: 'o1', status: looks < 3 ? 'PENDING_PAYMENT' : 'PAID' };
    },
  });
  expect(outcome).toMatchObject({ submits: 1, timeouts: 0, orderIds: ['o1'] });
});

test('a buyer out of patience cuts the request and submits the same form again, as often as it was drawn', async () => {
  const { outcome, keys, cut } = await visit({ post: (clock) => clock.sleep(60_000) });
  expect(outcome).toMatchObject({ submits: 3, timeouts: 3, orderIds: [], answeredAtMs: undefined });
  expect(keys).toEqual(['form-1', 'form-1', 'form-1']);
  await expect.poll(cut).toBe(3);
});

test('a buyer who is never told “paid” submits again, though the order has a number', async () => {
  let orders = 0;
  const { outcome } = await visit({
    post: (_clock, _request, reply) => {
      orders += 1;
      return reply.code(202).send({ orderId: `o${orders}`, status: 'PENDING_PAYMENT' });
    },
  });
  expect(outcome).toMatchObject({ submits: 3, timeouts: 3, orderIds: ['o1', 'o2', 'o3'] });
});

test('an error is a reason to submit again and no time-out', async () => {
  let calls = 0;
  const { outcome } = await visit({
    post: (_clock, _request, reply) => {
      calls += 1;
      return calls === 1 ? reply.code(502).send({ code: 'payment-unknown' }) : { orderId: 'o1', status: 'PAID' };
    },
  });
  expect(outcome).toMatchObject({ submits: 2, timeouts: 0, orderIds: ['o1'] });
});

test('a double click is one more submit with the same form', async () => {
  const { outcome, keys } = await visit(
    {
      post: async (clock) => {
        await clock.sleep(1000);
        return { orderId: 'o1', status: 'PAID' };
      },
    },
    { isDoubleClick: true },
  );
  expect(outcome).toMatchObject({ submits: 2, timeouts: 0, orderIds: ['o1'] });
  expect(keys).toEqual(['form-1', 'form-1']);
});
