import type { Money } from './money.ts';

/** What the shop asks of the payment provider. The ids are metadata to the provider: it keeps them and acts on none of them. */
export interface ChargeRequest {
  readonly orderId: string;
  readonly customerId: string;
  readonly amount: Money;
  /** Idempotency key; `undefined` where the shop sends none, so that every call is a charge of its own. */
  readonly key: string | undefined;
}

/** What certainly happened. Everything else (5xx, silence, a broken connection) is not a result but an error `payment-unknown`. */
export type ChargeResult = { readonly status: 'captured'; readonly chargeId: string } | { readonly status: 'declined' };

/** What the provider knows of a key. `absent` is the only answer after which a charge may be tried again. */
export type ChargeLookUp = ChargeResult | { readonly status: 'processing' } | { readonly status: 'absent' };

export interface ChargeOptions {
  /** How long to wait for the provider's answer. Default: the gateway's own. */
  readonly timeoutMs?: number;
}

/** The shop's side of the payment provider. */
export interface PaymentGateway {
  /** @throws `payment-unknown` when there is no certain answer: the charge may have been made */
  readonly charge: (request: ChargeRequest, options?: ChargeOptions) => Promise<ChargeResult>;
  /** @throws `payment-unknown` when the provider cannot be asked */
  readonly lookUp: (key: string) => Promise<ChargeLookUp>;
}
