import type { Clock } from '@waybill/core/driver';
import type { PaymentGateway } from '../domain/charge.ts';
import type { Order } from '../domain/order.ts';
import { CheckoutError } from '../errors/checkout-error.ts';
import type { OrderTable } from '../orders/order-table.ts';

export interface PayOrderParts {
  readonly clock: Clock;
  readonly payments: PaymentGateway;
  readonly orders: OrderTable;
}

/**
 * "Process the order", as the status quo and the options A to D have it: read it, charge, note the result. An order that is settled
 * already is left alone, which the options do not ask for but anyone would write; there is no idempotency key, because none of them
 * says where one would be stored.
 * @throws `order-not-found`, `payment-unknown`
 */
export async function payOrder(orderId: string, { clock, payments, orders }: PayOrderParts): Promise<Order> {
  const order = await orders.find(orderId);
  if (order === undefined)
    throw new CheckoutError({ code: 'order-not-found', message: `There is no order ${orderId}.` });
  if (order.status !== 'PENDING_PAYMENT') return order;
  const { customerId, total: amount } = order;
  const { status } = await payments.charge({ orderId, customerId, amount, key: undefined });
  return orders.settle(orderId, status === 'captured' ? 'PAID' : 'PAYMENT_FAILED', clock.now());
}
