import type { NewId } from '@waybill/core/driver';
import type { Database, SqlTransaction } from '@waybill/store-postgres';
import { dropOrderBook, openOrderBook } from './open-order-book.ts';
import type { OrderBook } from './order-book.ts';

/** Shops that leave nothing behind: each has schemas of its own in one database, which are dropped when it closes. */
export function passingOrderBooks(database: Database, newId: NewId): () => Promise<OrderBook<SqlTransaction>> {
  // Every bus closes its store, and every store its database; this one serves several.
  const shared: Database = { ...database, close: async () => undefined };
  return async () => {
    const schema = `waybill_comparison_${newId().replaceAll('-', '')}`;
    const book = await openOrderBook({ database: shared, schema });
    return { ...book, close: () => dropOrderBook({ database, schema }) };
  };
}
