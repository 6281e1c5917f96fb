import { postgresStore } from '@waybill/store-postgres';
import type { Database, SqlTransaction } from '@waybill/store-postgres';
import { CheckoutError } from '../errors/checkout-error.ts';
import { createOrderTables } from './create-order-tables.ts';
import type { OrderBook } from './order-book.ts';
import { orderColumns, orderOf, sqlOrderRows } from './sql-order-rows.ts';

export interface OrderBookOptions {
  readonly database: Database;
  /** Where the shop's tables lie; those of the store lie in `<schema>_store`. Lower-case letters, digits and underscores. */
  readonly schema: string;
}

/** Opens a shop's database, and creates what is not there yet. @throws `database-unavailable` */
export async function openOrderBook({ database, schema }: OrderBookOptions): Promise<OrderBook<SqlTransaction>> {
  const store = postgresStore({ database, schema: storeSchemaOf(schema) });
  await opened(async () => {
    await store.open();
    await createOrderTables(database, schema);
  });
  return {
    store,
    rowsOf: sqlOrderRows(schema),
    orders: async () => {
      const { rows } = await database.query(`select ${orderColumns} from ${schema}.orders order by created_at_ms, id`);
      return rows.map(orderOf);
    },
    openPayments: async (afterIntentId) => {
      const { rows } = await database.query(openPaymentsStatement(schema), [afterIntentId]);
      return rows.map((row) => ({ orderId: String(row['order_id']), intentId: String(row['id']) }));
    },
    close: async () => {},
  };
}

/** The two schemas of `openOrderBook`, and everything in them. */
export async function dropOrderBook({ database, schema }: OrderBookOptions): Promise<void> {
  for (const one of [schema, storeSchemaOf(schema)]) await database.query(`drop schema if exists ${one} cascade`);
}

const storeSchemaOf = (schema: string): string => `${schema}_store`;

const openPaymentsStatement = (schema: string): string => `
select id, order_id from ${schema}.payment_intents
where status in ('CREATED', 'ATTEMPTED') and id > $1::text order by id limit 500`;

async function opened(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The database of the orders cannot be opened: ${reason}`;
    throw new CheckoutError({ code: 'database-unavailable', message, cause: error });
  }
}
