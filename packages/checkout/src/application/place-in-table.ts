import type { Clock, NewId } from '@waybill/core/driver';
import { createOrder } from '../domain/order.ts';
import type { Order } from '../domain/order.ts';
import type { OrderTable } from '../orders/order-table.ts';
import type { PlacedOrder, PricedCheckout } from './checkout-service.ts';

export interface PlaceInTableParts {
  readonly clock: Clock;
  readonly newId: NewId;
  readonly orders: OrderTable;
}

/** "Store the order in the database": a new order number for every submit, which is all that these forms can tell. */
export async function placeInTable(
  checkout: PricedCheckout,
  { clock, newId, orders }: PlaceInTableParts,
): Promise<Order> {
  const order = newOrder(checkout, newId(), clock.now());
  await orders.insert(order);
  return order;
}

export function newOrder({ request, cart }: PricedCheckout, id: string, createdAtMs: number): Order {
  return createOrder({ id, customerId: request.customer.id, cart, createdAtMs });
}

export function toPlacedOrder({ id, status, total }: Order): PlacedOrder {
  return { orderId: id, status, total, isReplay: false };
}
