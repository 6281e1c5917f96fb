import { memoryStore } from '@waybill/core';
import type { MemoryTables } from '@waybill/core';
import type { Clock, NewId } from '@waybill/core/driver';
import type { Order } from '../domain/order.ts';
import type { OrderBook } from './order-book.ts';
import { memoryOrderRows, orderTables } from './order-rows.ts';

export interface MemoryOrderBookOptions {
  readonly clock: Clock;
  readonly newId: NewId;
}

/** A shop that forgets everything when it ends; so no payment of an earlier life is ever open. */
export async function openMemoryOrderBook(options: MemoryOrderBookOptions): Promise<OrderBook<MemoryTables>> {
  const store = memoryStore(options);
  return {
    store,
    rowsOf: memoryOrderRows,
    orders: async () => store.tables.table<Order>(orderTables.orders).rows(),
    openPayments: async () => [],
    close: async () => {},
  };
}
