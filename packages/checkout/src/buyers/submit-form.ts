import type { Clock } from '@waybill/core/driver';
import { z } from 'zod';
import type { JsonClient, JsonResponse } from '../http/json-client.ts';
import type { Wish } from './workload.ts';

export interface BuyerOptions {
  readonly shop: JsonClient;
  readonly clock: Clock;
  /** Between two looks at the order page. Default 1,000. */
  readonly pollMs?: number;
}

/** What one submit came to in the eyes of the buyer. `orderId` is set as soon as the shop has named one. */
export interface SubmitOutcome {
  /** `given-up`: the patience was over before the buyer knew. `failed`: the shop answered with an error. */
  readonly ending: 'paid' | 'declined' | 'failed' | 'given-up';
  readonly orderId: string | undefined;
  /** When the shop named an order or refused; `undefined` if it did neither in time. */
  readonly answeredAtMs: number | undefined;
}

const orderSchema = z.object({ orderId: z.string(), status: z.enum(['PENDING_PAYMENT', 'PAID', 'PAYMENT_FAILED']) });

/** Submits the form and waits, `patienceMs` in all, until the order page says paid. Then the request is cut. */
export async function submitForm(wish: Wish, patienceMs: number, options: BuyerOptions): Promise<SubmitOutcome> {
  const { clock } = options;
  const controller = new AbortController();
  const timer = clock.after(patienceMs, () => controller.abort());
  try {
    return await followOrder(wish, controller.signal, options);
  } finally {
    timer.cancel();
  }
}

async function followOrder(wish: Wish, signal: AbortSignal, options: BuyerOptions): Promise<SubmitOutcome> {
  const response = await ask(() => postForm(wish, signal, options.shop), signal);
  if (response === 'given-up') return { ending: 'given-up', orderId: undefined, answeredAtMs: undefined };
  const answeredAtMs = options.clock.now();
  if (response.status === 402) return { ending: 'declined', orderId: undefined, answeredAtMs };
  const order = orderSchema.safeParse(response.body);
  if (!order.success) return { ending: 'failed', orderId: undefined, answeredAtMs: undefined };
  const { orderId, status } = order.data;
  const ending = status === 'PAID' ? 'paid' : await watchOrder(orderId, signal, options);
  return { ending, orderId, answeredAtMs };
}

async function watchOrder(
  orderId: string,
  signal: AbortSignal,
  { shop, clock, pollMs = 1000 }: BuyerOptions,
): Promise<SubmitOutcome['ending']> {
  for (;;) {
    await clock.sleep(pollMs, signal);
    const response = await ask(() => shop.request({ method: 'GET', path: `/orders/${orderId}`, signal }), signal);
    if (response === 'given-up') return 'given-up';
    // Not found is no verdict: some architectures name an order before anything has stored it.
    const order = orderSchema.safeParse(response.body);
    if (order.data?.status === 'PAID') return 'paid';
    if (order.data?.status === 'PAYMENT_FAILED') return 'declined';
  }
}

function postForm(wish: Wish, signal: AbortSignal, shop: JsonClient): Promise<JsonResponse> {
  const { customerId, email, lines, idempotencyKey } = wish;
  return shop.request({
    method: 'POST',
    path: '/checkouts',
    headers: { 'idempotency-key': idempotencyKey },
    body: { customer: { id: customerId, email }, lines },
    signal,
  });
}

async function ask(request: () => Promise<JsonResponse>, signal: AbortSignal): Promise<JsonResponse | 'given-up'> {
  if (signal.aborted) return 'given-up';
  try {
    return await request();
  } catch (error) {
    // A connection that broke by itself is the shop's failure and must not pass as impatience.
    if (!signal.aborted) throw error;
    return 'given-up';
  }
}
