import { settleOrder } from '../domain/order.ts';
import type { Order } from '../domain/order.ts';
import { CheckoutError } from '../errors/checkout-error.ts';

/** The order table of a shop that has nothing else to commit with it: one row at a time, each write a transaction of its own. */
export interface OrderTable {
  readonly insert: (order: Order) => Promise<void>;
  readonly find: (orderId: string) => Promise<Order | undefined>;
  /** @throws `order-not-found`, `illegal-transition` when it has been settled before */
  readonly settle: (orderId: string, status: 'PAID' | 'PAYMENT_FAILED', atMs: number) => Promise<Order>;
  readonly all: () => Promise<readonly Order[]>;
}

export function createOrderTable(): OrderTable {
  const rows = new Map<string, Order>();
  return {
    insert: async (order) => {
      rows.set(order.id, order);
    },
    find: async (orderId) => rows.get(orderId),
    settle: async (orderId, status, atMs) => {
      const order = rows.get(orderId);
      if (order === undefined)
        throw new CheckoutError({ code: 'order-not-found', message: `There is no order ${orderId}.` });
      const settled = settleOrder(order, status, atMs);
      rows.set(orderId, settled);
      return settled;
    },
    all: async () => [...rows.values()],
  };
}
