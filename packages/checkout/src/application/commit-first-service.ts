import type { Bus } from '@waybill/core';
import type { CheckoutService } from './checkout-service.ts';
import { createPlaceOrder } from './place-order.ts';
import type { PlaceOrderParts } from './place-order.ts';
import { takePaymentCommand } from './take-payment-command.ts';
import { createTakePayment } from './take-payment.ts';
import type { TakePaymentParts } from './take-payment.ts';

export interface CommitFirstParts<Native> extends PlaceOrderParts<Native>, TakePaymentParts<Native> {
  /** Not yet started: a handler is registered with it. */
  readonly bus: Bus<Native>;
}

/** An order must come to an end: a payment whose result stays unknown is asked about for a day before a human looks at it. */
const retry = {
  attemptsMax: 10_000,
  deliveriesMax: 10_000,
  elapsedMsMax: 86_400_000,
  backoffMs: 500,
  backoffMsMax: 10_000,
};

/** The checkout and its first consequence, on one bus and one store: whatever these are, the service is the same. */
export function createCommitFirstService<Native>(parts: CommitFirstParts<Native>): CheckoutService {
  const { bus, rowsOf } = parts;
  // One command per order leaves no order to keep, so any broker will do.
  bus.handle(takePaymentCommand, createTakePayment(parts), { order: 'none', concurrency: 50, retry });
  return {
    placeOrder: createPlaceOrder(parts),
    findOrder: (id) => bus.transaction(({ native }) => rowsOf(native).findOrder(id)),
  };
}
