import { answerOnce, createBus } from '@waybill/core';
import type { OnceAnswer } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import Fastify from 'fastify';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { ChargeOrder } from './order-contracts.ts';

const bus = createBus({ transport: memoryTransport() });
const charges: string[] = [];
bus.handle(ChargeOrder, ({ orderId }) => void charges.push(orderId));
await bus.start();
const server = Fastify();
const Order = z.object({ orderId: z.string(), amount: z.int(), currency: z.string() });
const Refund = z.object({ orderId: z.string(), amount: z.int() });
const provider = { refund: async (key: string, amount: number) => ({ receipt: `${amount} back for ${key}` }) };
const dayMs = 24 * 60 * 60 * 1000;
const toBytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

// #region respond
function respond(reply: FastifyReply, answer: OnceAnswer): FastifyReply {
  if (answer.status === 'answered') {
    return reply.code(201).type('application/json').send(Buffer.from(answer.answer));
  }
  if (answer.status === 'conflict') return reply.code(422).send({ code: 'idempotency-key-reused' });
  const seconds = Math.ceil(answer.retryAfterMs / 1000);
  return reply.code(409).header('retry-after', seconds).send({ code: 'request-in-progress' });
}
// #endregion

// #region once
server.post('/orders', async ({ headers, body }, reply) => {
  const key = headers['idempotency-key'];
  if (typeof key !== 'string' || key === '') return reply.code(400).send({ code: 'idempotency-key-missing' });
  const order = Order.parse(body);
  const answer = await answerOnce({
    bus,
    operation: 'POST /orders',
    key,
    request: order,
    retentionMs: 30 * dayMs,
    work: async ({ native, send }) => {
      native.table('orders').insert(order.orderId, order);
      await send(ChargeOrder, order);
      return toBytes({ orderId: order.orderId, status: 'placed' });
    },
  });
  return respond(reply, answer);
});
// #endregion

server.post('/refunds', async ({ headers, body }, reply) => {
  const key = String(headers['idempotency-key']);
  const refund = Refund.parse(body);
  // #region call
  const answer = await answerOnce({
    bus,
    operation: 'POST /refunds',
    key,
    request: refund,
    leaseMs: 30_000,
    call: ({ idempotencyKey }) => provider.refund(idempotencyKey, refund.amount), // no transaction waits for it
    work: async ({ native }, { receipt }) => {
      native.table('refunds').insert(refund.orderId, receipt);
      return toBytes({ receipt });
    },
  });
  // #endregion
  return respond(reply, answer);
});

async function post(url: string, key: string | undefined, payload: object): Promise<void> {
  const headers = key === undefined ? {} : { 'idempotency-key': key };
  const { statusCode, body } = await server.inject({ method: 'POST', url, headers, payload });
  console.log(statusCode, body);
}

const order = { orderId: 'o-1', amount: 4200, currency: 'EUR' };
await post('/orders', undefined, order);
await post('/orders', 'form-7', order);
await post('/orders', 'form-7', order);
await post('/orders', 'form-7', { ...order, amount: 1 });
await bus.drain();
console.log('charged', charges.join(', '));
await post('/refunds', 'form-8', { orderId: 'o-1', amount: 200 });
await server.close();
await bus.stop();
