import { answerOnce } from '@waybill/core';
import type { Bus, OnceAnswer, TransactionContext } from '@waybill/core';
import type { Clock, NewId } from '@waybill/core/driver';
import { createPaymentIntent } from '../domain/payment-intent.ts';
import { CheckoutError } from '../errors/checkout-error.ts';
import type { OrderRows } from '../orders/order-rows.ts';
import type { CheckoutService, PlacedOrder, PricedCheckout } from './checkout-service.ts';
import { newOrder, toPlacedOrder } from './place-in-table.ts';
import { takePaymentCommand } from './take-payment-command.ts';

export interface PlaceOrderParts<Native> {
  readonly bus: Pick<Bus<Native>, 'transaction'>;
  readonly rowsOf: (native: Native) => OrderRows;
  readonly clock: Clock;
  readonly newId: NewId;
}

/** Whose idempotency keys these are. A key belongs to a form, and the fingerprint holds the customer: nobody can read another's order with it. */
export const checkoutScope = 'POST /checkouts';

/**
 * Commit first: idempotency key, order, payment intent and the command to take the payment are one transaction. What comes after it
 * is a consequence, so the buyer is answered before any provider is asked. A repeated submit gets the stored answer.
 */
export function createPlaceOrder<Native>({
  bus,
  rowsOf,
  clock,
  newId,
}: PlaceOrderParts<Native>): CheckoutService['placeOrder'] {
  const commit = async (checkout: PricedCheckout, transaction: TransactionContext<Native>): Promise<PlacedOrder> => {
    const order = newOrder(checkout, newId(), clock.now());
    const { id: orderId, customerId, total: amount } = order;
    const intent = createPaymentIntent({ id: newId(), orderId, customerId, amount });
    const rows = rowsOf(transaction.native);
    await rows.saveOrder(order);
    await rows.saveIntent(intent);
    await transaction.send(takePaymentCommand, { orderId, intentId: intent.id });
    return toPlacedOrder(order);
  };

  return async (checkout, key) => {
    if (key === undefined) {
      throw new CheckoutError({ code: 'idempotency-key-missing', message: 'A checkout needs an idempotency key.' });
    }
    const answer = await answerOnce({
      bus,
      operation: checkoutScope,
      key,
      request: checkout.request,
      work: async (transaction) => encode(await commit(checkout, transaction)),
    });
    if (answer.status !== 'answered') throw refusalOf(answer);
    return { ...decode(answer.answer), isReplay: answer.isReplay };
  };
}

const refusalOf = ({ status }: Exclude<OnceAnswer, { readonly status: 'answered' }>): CheckoutError =>
  status === 'conflict'
    ? new CheckoutError({
        code: 'idempotency-key-reused',
        message: 'The idempotency key was used for another checkout.',
        path: 'headers.idempotency-key',
      })
    : new CheckoutError({
        code: 'request-in-progress',
        message: 'A checkout with this idempotency key is being placed.',
      });

function encode(placed: PlacedOrder): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(placed));
}

/** The store gives back the bytes that `encode` has made. */
function decode(answer: Uint8Array): PlacedOrder {
  return JSON.parse(new TextDecoder().decode(answer)) as PlacedOrder;
}
