import { createActivity } from '../application/activity.ts';
import { placeInTable, toPlacedOrder } from '../application/place-in-table.ts';
import { CheckoutError } from '../errors/checkout-error.ts';
import { createOrderTable } from '../orders/order-table.ts';
import { payOrder } from '../payment/pay-order.ts';
import type { Architecture } from './architecture.ts';

/**
 * "A company has an ecommerce checkout workflow that writes an order to a database and calls a service to process the payment.
 * Users are experiencing timeouts during the checkout process. When users resubmit the checkout form, multiple unique orders are
 * created for the same desired transaction."
 */
export const statusQuo: Architecture = {
  id: 'status-quo',
  title: 'Status quo: synchronous payment',
  asWorded: 'Buildable as worded.',
  nearest: 'The request writes the order, calls the provider and answers when that has answered.',
  why: 'The buyer waits for the provider; whoever loses patience submits again, and every submit is an order and a charge.',
  idempotencyKey: 'ignored',
  timeScaleMax: Infinity,
  start: async ({ clock, newId, payments }) => {
    const orders = createOrderTable();
    const placing = createActivity();
    return {
      service: {
        placeOrder: (checkout) =>
          placing.track(async () => {
            const { id } = await placeInTable(checkout, { clock, newId, orders });
            const order = await payOrder(id, { clock, payments, orders });
            if (order.status === 'PAID') return toPlacedOrder(order);
            throw new CheckoutError({ code: 'payment-declined', message: 'The provider declined the payment.' });
          }),
        findOrder: orders.find,
      },
      orders: orders.all,
      isIdle: async () => placing.running() === 0,
      stop: async () => {},
    };
  },
};
