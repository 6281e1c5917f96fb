import { fingerprint } from '@waybill/core';
import type { Bus, TransactionContext } from '@waybill/core';
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
  const commit = async (
    checkout: PricedCheckout,
    key: string,
    transaction: TransactionContext<Native>,
  ): Promise<PlacedOrder> => {
    const earlier = await claimKey(checkout, key, transaction);
    if (earlier !== undefined) return earlier;
    const order = newOrder(checkout, newId(), clock.now());
    const { id: orderId, customerId, total: amount } = order;
    const intent = createPaymentIntent({ id: newId(), orderId, customerId, amount });
    const rows = rowsOf(transaction.native);
    await rows.saveOrder(order);
    await rows.saveIntent(intent);
    await transaction.send(takePaymentCommand, { orderId, intentId: intent.id });
    const placed = toPlacedOrder(order);
    await transaction.complete([{ scope: checkoutScope, key, answer: encode(placed) }]);
    return placed;
  };

  return async (checkout, key) => {
    if (key === undefined) {
      throw new CheckoutError({ code: 'idempotency-key-missing', message: 'A checkout needs an idempotency key.' });
    }
    return bus.transaction((transaction) => commit(checkout, key, transaction));
  };
}

/** Answers with what the key was given before, or `undefined` when it is new and now belongs to this transaction. */
async function claimKey<Native>(
  checkout: PricedCheckout,
  key: string,
  { claim }: Pick<TransactionContext<Native>, 'claim'>,
): Promise<PlacedOrder | undefined> {
  // Claimed and completed in one transaction: the lease only says that there will be an answer to store.
  const identity = {
    kind: 'identity',
    scope: checkoutScope,
    key,
    fingerprint: fingerprint(checkout.request),
    leaseMs: 60_000,
  } as const;
  const [outcome] = await claim([identity]);
  if (outcome?.status === 'claimed') return undefined;
  if (outcome?.status === 'duplicate' && outcome.answer !== undefined)
    return { ...decode(outcome.answer), isReplay: true };
  throw outcome?.status === 'conflict'
    ? new CheckoutError({
        code: 'idempotency-key-reused',
        message: 'The idempotency key was used for another checkout.',
        path: 'headers.idempotency-key',
      })
    : new CheckoutError({
        code: 'request-in-progress',
        message: 'A checkout with this idempotency key is being placed.',
      });
}

function encode(placed: PlacedOrder): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(placed));
}

/** The store gives back the bytes that `encode` has made. */
function decode(answer: Uint8Array): PlacedOrder {
  return JSON.parse(new TextDecoder().decode(answer)) as PlacedOrder;
}
