import type { Money } from './money.ts';
import { assertTransition } from './transitions.ts';
import type { Transitions } from './transitions.ts';

/**
 * `ATTEMPTED` is committed before the provider is called: whoever finds it does not know whether a charge was made, and must look
 * it up.
 */
export type PaymentIntentStatus = 'CREATED' | 'ATTEMPTED' | 'CAPTURED' | 'DECLINED';

export const paymentIntentTransitions: Transitions<PaymentIntentStatus> = {
  CREATED: ['ATTEMPTED'],
  ATTEMPTED: ['CAPTURED', 'DECLINED'],
  CAPTURED: [],
  DECLINED: [],
};

/** The one payment of an order. Its id is the provider's idempotency key, so it is stored before the provider hears of it. */
export interface PaymentIntent {
  readonly id: string;
  readonly orderId: string;
  readonly customerId: string;
  readonly amount: Money;
  readonly status: PaymentIntentStatus;
  /** The provider's number of the charge; `undefined` until it is captured. */
  readonly chargeId: string | undefined;
}

export type NewPaymentIntent = Pick<PaymentIntent, 'id' | 'orderId' | 'customerId' | 'amount'>;

export function createPaymentIntent(intent: NewPaymentIntent): PaymentIntent {
  return { ...intent, status: 'CREATED', chargeId: undefined };
}

/** @throws `illegal-transition` */
export function attemptPayment(intent: PaymentIntent): PaymentIntent {
  return changeStatus(intent, 'ATTEMPTED');
}

/** @throws `illegal-transition` when it has been settled before */
export function capturePayment(intent: PaymentIntent, chargeId: string): PaymentIntent {
  return { ...changeStatus(intent, 'CAPTURED'), chargeId };
}

/** @throws `illegal-transition` when it has been settled before */
export function declinePayment(intent: PaymentIntent): PaymentIntent {
  return changeStatus(intent, 'DECLINED');
}

function changeStatus(intent: PaymentIntent, status: PaymentIntentStatus): PaymentIntent {
  assertTransition(paymentIntentTransitions, `Payment intent ${intent.id}`, intent.status, status);
  return { ...intent, status };
}
