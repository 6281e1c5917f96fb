import type { MemoryTables } from '@waybill/core';
import type { Order } from '../domain/order.ts';
import type { PaymentIntent } from '../domain/payment-intent.ts';

/** Orders and payment intents inside one open transaction: they commit with the idempotency key and the outbox, or not at all. */
export interface OrderRows {
  /** As it was last committed. It changes only with its intent, so who holds that reads what stays. */
  readonly findOrder: (id: string) => Promise<Order | undefined>;
  readonly saveOrder: (order: Order) => Promise<void>;
  /** Whoever asks for the same intent waits until this transaction has ended, or must try again: one at a time decides about a payment. */
  readonly findIntent: (id: string) => Promise<PaymentIntent | undefined>;
  readonly saveIntent: (intent: PaymentIntent) => Promise<void>;
}

/** Names of the tables in the memory store. */
export const orderTables = { orders: 'orders', intents: 'payment-intents' } as const;

export function memoryOrderRows(tables: MemoryTables): OrderRows {
  const orders = tables.table<Order>(orderTables.orders);
  const intents = tables.table<PaymentIntent>(orderTables.intents);
  return {
    findOrder: async (id) => orders.get(id),
    saveOrder: async (order) => orders.put(order.id, order),
    findIntent: async (id) => intents.get(id),
    saveIntent: async (intent) => intents.put(intent.id, intent),
  };
}
