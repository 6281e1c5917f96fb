import type { Bus, Handler, PayloadOf } from '@waybill/core';
import type { Clock } from '@waybill/core/driver';
import type { ChargeResult, PaymentGateway } from '../domain/charge.ts';
import { settleOrder } from '../domain/order.ts';
import { attemptPayment, capturePayment, declinePayment } from '../domain/payment-intent.ts';
import type { PaymentIntent } from '../domain/payment-intent.ts';
import { CheckoutError } from '../errors/checkout-error.ts';
import type { OrderRows } from '../orders/order-rows.ts';
import type { takePaymentCommand } from './take-payment-command.ts';

export interface TakePaymentParts<Native> {
  readonly bus: Pick<Bus<Native>, 'transaction'>;
  readonly rowsOf: (native: Native) => OrderRows;
  readonly clock: Clock;
  readonly payments: PaymentGateway;
}

/**
 * Takes a payment once, though it may be called often. Three steps, because no transaction can hold a provider's HTTP:
 * commit that the provider is about to be called, call it under the intent's id, commit the result if nobody has yet. Whoever
 * comes after a crash between them finds `ATTEMPTED` and looks the charge up before trying again.
 *
 * So the handler itself runs at least once, and each of its two transactions guards itself by the state it finds. Running it with
 * `effect: 'once'` instead would keep a transaction open for as long as the provider takes.
 */
export function createTakePayment<Native>(
  parts: TakePaymentParts<Native>,
): Handler<PayloadOf<typeof takePaymentCommand>, Native> {
  const { bus, rowsOf, clock, payments } = parts;

  const begin = (intentId: string): Promise<PaymentIntent> =>
    bus.transaction(async ({ native }) => {
      const rows = rowsOf(native);
      const intent = required(await rows.findIntent(intentId), intentId);
      if (intent.status === 'CREATED') await rows.saveIntent(attemptPayment(intent));
      return intent;
    });

  const record = (intentId: string, result: ChargeResult): Promise<void> =>
    bus.transaction(async ({ native }) => {
      const rows = rowsOf(native);
      const intent = required(await rows.findIntent(intentId), intentId);
      if (isSettled(intent)) return;
      const order = required(await rows.findOrder(intent.orderId), intent.orderId);
      const isCaptured = result.status === 'captured';
      await rows.saveIntent(isCaptured ? capturePayment(intent, result.chargeId) : declinePayment(intent));
      await rows.saveOrder(settleOrder(order, isCaptured ? 'PAID' : 'PAYMENT_FAILED', clock.now()));
    });

  return async ({ intentId }) => {
    const found = await begin(intentId);
    if (isSettled(found)) return;
    const known = found.status === 'ATTEMPTED' ? await lookUp(found, payments) : undefined;
    await record(intentId, known ?? (await charge(found, payments)));
  };
}

/** Short, because hanging up costs nothing where the result can be looked up. */
const timeoutMs = 5000;

/** What became of an earlier try; `undefined` when the provider certainly knows nothing of it. @throws `payment-unknown` */
async function lookUp({ id }: PaymentIntent, payments: PaymentGateway): Promise<ChargeResult | undefined> {
  const known = await payments.lookUp(id);
  if (known.status === 'absent') return undefined;
  if (known.status !== 'processing') return known;
  throw new CheckoutError({ code: 'payment-unknown', message: 'The provider is still working on the payment.' });
}

function charge(
  { id: key, orderId, customerId, amount }: PaymentIntent,
  payments: PaymentGateway,
): Promise<ChargeResult> {
  return payments.charge({ orderId, customerId, amount, key }, { timeoutMs });
}

function isSettled({ status }: PaymentIntent): boolean {
  return status === 'CAPTURED' || status === 'DECLINED';
}

/** Intent, order and command were committed together: a missing row is a broken store, not a race. */
function required<Row>(row: Row | undefined, id: string): Row {
  if (row === undefined) throw new CheckoutError({ code: 'internal', message: `${id} has no row.` });
  return row;
}
