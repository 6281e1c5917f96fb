import type { Clock } from '@waybill/core/driver';
import { z } from 'zod';
import type { ChargeLookUp, ChargeResult, PaymentGateway } from '../domain/charge.ts';
import { CheckoutError } from '../errors/checkout-error.ts';
import type { JsonClient, JsonRequest, JsonResponse } from '../http/json-client.ts';

export interface HttpPaymentGatewayOptions {
  readonly client: JsonClient;
  readonly clock: Clock;
  /** How long to wait for the provider's answer, unless a call says otherwise. Default 20,000. */
  readonly timeoutMs?: number;
}

const resultSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('captured'), chargeId: z.string() }),
  z.object({ status: z.literal('declined') }),
]);

const lookUpSchema = z.discriminatedUnion('status', [
  ...resultSchema.options,
  z.object({ status: z.literal('processing') }),
  z.object({ status: z.literal('absent') }),
]);

/** Talks to the provider over HTTP. Tries nothing again: what to do about an unknown result is the caller's choice. */
export function createHttpPaymentGateway(options: HttpPaymentGatewayOptions): PaymentGateway {
  const { client, clock, timeoutMs = 20_000 } = options;

  const ask = async (request: JsonRequest, patienceMs = timeoutMs): Promise<JsonResponse> => {
    const controller = new AbortController();
    const timer = clock.after(patienceMs, () => controller.abort());
    try {
      return await client.request({ ...request, signal: controller.signal });
    } catch (error) {
      throw unknownResult('gave no answer', error);
    } finally {
      timer.cancel();
    }
  };

  return {
    charge: async (
      { orderId, customerId, amount: { amount, currency }, key },
      { timeoutMs: patienceMs } = {},
    ): Promise<ChargeResult> => {
      const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
      const charge = { orderId, customerId, amount, currency };
      const { status, body } = await ask({ method: 'POST', path: '/charges', headers, body: charge }, patienceMs);
      const parsed = resultSchema.safeParse(body);
      if (!parsed.success) throw unknownResult(`answered ${status}`, undefined);
      return parsed.data;
    },
    lookUp: async (key): Promise<ChargeLookUp> => {
      const { status, body } = await ask({ method: 'GET', path: `/charges?key=${encodeURIComponent(key)}` });
      const parsed = lookUpSchema.safeParse(body);
      if (!parsed.success) throw unknownResult(`answered ${status}`, undefined);
      return parsed.data;
    },
  };
}

function unknownResult(what: string, cause: unknown): CheckoutError {
  return new CheckoutError({ code: 'payment-unknown', message: `The payment provider ${what}.`, cause });
}
