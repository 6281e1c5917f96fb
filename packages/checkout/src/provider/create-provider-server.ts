import type { Clock } from '@waybill/core/driver';
import Fastify from 'fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { ChargeAnswer, ChargeDesk } from './charge-desk.ts';

export interface ProviderServerOptions {
  readonly desk: ChargeDesk;
  readonly clock: Clock;
  /** How long a silent request is held before its connection is cut. Default 60,000, as load balancers do. */
  readonly silenceMs?: number;
}

const chargeSchema = z.strictObject({
  orderId: z.string().min(1),
  customerId: z.string().min(1),
  amount: z.int().positive(),
  currency: z.string().length(3),
});

const lookUpSchema = z.strictObject({ key: z.string().min(1) });

const statusCodes = { captured: 201, declined: 402, processing: 409, error: 503 } as const;

/**
 * The payment provider as a server of its own: `POST /charges` with `Idempotency-Key`, `GET /charges?key=` to look an unknown
 * result up, `GET /ledger` to see every charge really made.
 */
export function createProviderServer({ desk, clock, silenceMs = 60_000 }: ProviderServerOptions): FastifyInstance {
  const server = Fastify({ bodyLimit: 16_384, requestTimeout: 10_000, forceCloseConnections: true });

  server.post('/charges', async (request, reply) => {
    const parsed = chargeSchema.safeParse(request.body);
    if (!parsed.success) return reply.code(400).send({ status: 'invalid' });
    const { amount, currency, ...metadata } = parsed.data;
    const key = request.headers['idempotency-key'];
    const answer = await desk.charge({
      ...metadata,
      amount: { amount, currency },
      key: typeof key === 'string' ? key : undefined,
    });
    return answer.status === 'silence' ? keepSilent(reply, clock, silenceMs) : sendAnswer(reply, answer);
  });

  server.get('/charges', async (request, reply) => {
    const parsed = lookUpSchema.safeParse(request.query);
    if (!parsed.success) return reply.code(400).send({ status: 'invalid' });
    const found = desk.lookUp(parsed.data.key);
    return reply.code(found.status === 'absent' ? 404 : 200).send(found);
  });

  server.get('/ledger', async () => desk.ledger());

  return server;
}

function sendAnswer(reply: FastifyReply, answer: Exclude<ChargeAnswer, { status: 'silence' }>): FastifyReply {
  return reply.code(statusCodes[answer.status]).send(answer);
}

function keepSilent(reply: FastifyReply, clock: Clock, silenceMs: number): FastifyReply {
  reply.hijack();
  const { socket } = reply.request.raw;
  const timer = clock.after(silenceMs, () => socket.destroy());
  socket.once('close', timer.cancel);
  return reply;
}
