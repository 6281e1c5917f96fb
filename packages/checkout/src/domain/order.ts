import type { Money } from './money.ts';
import type { PricedCart, PricedLine } from './price-cart.ts';
import { assertTransition } from './transitions.ts';
import type { Transitions } from './transitions.ts';

export type OrderStatus = 'PENDING_PAYMENT' | 'PAID' | 'PAYMENT_FAILED';

/** The legal changes of an order. Paid and failed are ends: what follows payment is the business of later consequences. */
export const orderTransitions: Transitions<OrderStatus> = {
  PENDING_PAYMENT: ['PAID', 'PAYMENT_FAILED'],
  PAID: [],
  PAYMENT_FAILED: [],
};

export interface Order {
  readonly id: string;
  readonly customerId: string;
  readonly lines: readonly PricedLine[];
  readonly total: Money;
  readonly status: OrderStatus;
  /** Epoch milliseconds. */
  readonly createdAtMs: number;
  /** When it became paid or failed; `undefined` before. */
  readonly settledAtMs: number | undefined;
}

export interface NewOrder {
  readonly id: string;
  readonly customerId: string;
  readonly cart: PricedCart;
  readonly createdAtMs: number;
}

export function createOrder({ id, customerId, cart, createdAtMs }: NewOrder): Order {
  const { lines, total } = cart;
  return { id, customerId, lines, total, status: 'PENDING_PAYMENT', createdAtMs, settledAtMs: undefined };
}

/** @throws `illegal-transition` when the order has been settled before */
export function settleOrder(order: Order, status: 'PAID' | 'PAYMENT_FAILED', settledAtMs: number): Order {
  assertTransition(orderTransitions, `Order ${order.id}`, order.status, status);
  return { ...order, status, settledAtMs };
}
