import Fastify from 'fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { CheckoutService, PricedCheckout } from '../application/checkout-service.ts';
import type { Catalogue } from '../domain/catalogue.ts';
import { parseCheckoutRequest } from '../domain/checkout-request.ts';
import type { Order } from '../domain/order.ts';
import { priceCart } from '../domain/price-cart.ts';
import { CheckoutError } from '../errors/checkout-error.ts';
import { errorTable } from '../errors/error-table.ts';
import { answerUnreadable } from './answer-unreadable.ts';
import { parseJsonBody } from './parse-json-body.ts';
import { problemMediaType, toProblemDetails } from './problem-details.ts';
import { readIdempotencyKey } from './read-idempotency-key.ts';
import { toCheckoutError } from './to-checkout-error.ts';

export interface CheckoutServerOptions {
  readonly service: CheckoutService;
  readonly catalogue: Catalogue;
  /** `ignored`: the shop's form carries no token, as in every option of the exam question. */
  readonly idempotencyKey: 'required' | 'ignored';
  /** Told of errors whose status is 500 or more; never of bodies. Default: nobody. */
  readonly onServerError?: (error: CheckoutError) => void;
}

/** The shop over HTTP: reads, validates and prices; what happens then is the service's business. Not yet listening. */
export function createCheckoutServer(options: CheckoutServerOptions): FastifyInstance {
  const { service, catalogue, idempotencyKey } = options;
  const server = Fastify({
    bodyLimit: 65_536,
    requestTimeout: 10_000,
    forceCloseConnections: true,
    clientErrorHandler: answerUnreadable,
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, error, options),
  });

  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, async (_request: unknown, body: string) =>
    parseJsonBody(body),
  );
  server.setErrorHandler((error, _request, reply) => sendProblem(reply, error, options));
  server.setNotFoundHandler(({ method, url }, reply) =>
    sendProblem(
      reply,
      new CheckoutError({ code: 'not-found', message: `There is no ${method} ${pathnameOf(url)}.` }),
      options,
    ),
  );

  server.post('/checkouts', async ({ headers, body }, reply) => {
    const key = idempotencyKey === 'required' ? readIdempotencyKey(headers['idempotency-key']) : undefined;
    const { orderId, status, total, isReplay } = await service.placeOrder(priceCheckout(body, catalogue), key);
    if (isReplay) reply.header('idempotent-replayed', 'true');
    return reply
      .code(status === 'PENDING_PAYMENT' ? 202 : 201)
      .header('location', `/orders/${orderId}`)
      .send({ orderId, status, total });
  });

  server.get<{ Params: { id: string } }>('/orders/:id', async ({ params }) => {
    const order = await service.findOrder(params.id);
    if (order !== undefined) return toOrderBody(order);
    throw new CheckoutError({ code: 'order-not-found', message: 'There is no such order.', path: 'id' });
  });

  server.get('/problems', async () => errorTable);

  return server;
}

function priceCheckout(body: unknown, catalogue: Catalogue): PricedCheckout {
  const request = parseCheckoutRequest(body);
  return { request, cart: priceCart(request.lines, catalogue) };
}

function sendProblem(reply: FastifyReply, cause: unknown, options: CheckoutServerOptions): FastifyReply {
  const error = toCheckoutError(cause);
  const problem = toProblemDetails(error);
  if (problem.status >= 500) options.onServerError?.(error);
  if (error.code === 'request-in-progress') reply.header('retry-after', '1');
  return reply.code(problem.status).type(problemMediaType).send(problem);
}

function toOrderBody({ id, status, total, lines, createdAtMs, settledAtMs }: Order): unknown {
  return {
    orderId: id,
    status,
    total,
    lines,
    createdAt: new Date(createdAtMs).toISOString(),
    settledAt: settledAtMs === undefined ? null : new Date(settledAtMs).toISOString(),
  };
}

/** Without the query, which may hold what should not be repeated. */
function pathnameOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
}
