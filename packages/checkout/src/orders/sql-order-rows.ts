import type { SqlRow, SqlTransaction } from '@waybill/store-postgres';
import type { Order, OrderStatus } from '../domain/order.ts';
import type { PaymentIntent, PaymentIntentStatus } from '../domain/payment-intent.ts';
import type { PricedLine } from '../domain/price-cart.ts';
import { isStorableText } from '../domain/storable-text.ts';
import type { OrderRows } from './order-rows.ts';

/** Orders and payment intents in the tables of `createOrderTables`. Answers what opens them in one transaction of the store. */
export function sqlOrderRows(schema: string): (transaction: SqlTransaction) => OrderRows {
  const statements = statementsOf(schema);
  return ({ query }) => {
    const find = async (statement: string, id: string): Promise<SqlRow | undefined> =>
      // What no row could hold is not there, and PostgreSQL would refuse the question.
      isStorableText(id) ? (await query(statement, [id])).rows[0] : undefined;

    return {
      findOrder: async (id) => {
        const row = await find(statements.findOrder, id);
        return row === undefined ? undefined : orderOf(row);
      },
      saveOrder: async (order) => {
        await query(statements.saveOrder, orderValues(order));
      },
      findIntent: async (id) => {
        const row = await find(statements.findIntent, id);
        return row === undefined ? undefined : intentOf(row);
      },
      saveIntent: async (intent) => {
        await query(statements.saveIntent, intentValues(intent));
      },
    };
  };
}

/** The columns that `orderOf` reads; whole numbers as text, which every client hands on alike. */
export const orderColumns = `id, customer_id, lines::text as lines, amount::text as amount, currency, status,
  created_at_ms::text as created_at_ms, settled_at_ms::text as settled_at_ms`;

export function orderOf(row: SqlRow): Order {
  const settledAtMs = row['settled_at_ms'];
  return {
    id: String(row['id']),
    customerId: String(row['customer_id']),
    // Written by `orderValues`; the checks of the table hold the status.
    lines: JSON.parse(String(row['lines'])) as readonly PricedLine[],
    total: { amount: Number(row['amount']), currency: String(row['currency']) },
    status: row['status'] as OrderStatus,
    createdAtMs: Number(row['created_at_ms']),
    settledAtMs: settledAtMs === null ? undefined : Number(settledAtMs),
  };
}

function orderValues(order: Order): readonly (string | null)[] {
  const { id, customerId, lines, total, status, createdAtMs, settledAtMs } = order;
  const settled = settledAtMs === undefined ? null : String(settledAtMs);
  return [
    id,
    customerId,
    JSON.stringify(lines),
    String(total.amount),
    total.currency,
    status,
    String(createdAtMs),
    settled,
  ];
}

function intentOf(row: SqlRow): PaymentIntent {
  return {
    id: String(row['id']),
    orderId: String(row['order_id']),
    customerId: String(row['customer_id']),
    amount: { amount: Number(row['amount']), currency: String(row['currency']) },
    status: row['status'] as PaymentIntentStatus,
    chargeId: (row['charge_id'] as string | null) ?? undefined,
  };
}

function intentValues({
  id,
  orderId,
  customerId,
  amount,
  status,
  chargeId,
}: PaymentIntent): readonly (string | null)[] {
  return [id, orderId, customerId, String(amount.amount), amount.currency, status, chargeId ?? null];
}

const statementsOf = (schema: string) => ({
  findOrder: `select ${orderColumns} from ${schema}.orders where id = $1::text`,
  saveOrder: `
insert into ${schema}.orders (id, customer_id, lines, amount, currency, status, created_at_ms, settled_at_ms)
values ($1::text, $2::text, $3::text::json, $4::text::bigint, $5::text, $6::text, $7::text::float8, $8::text::float8)
on conflict (id) do update set status = excluded.status, settled_at_ms = excluded.settled_at_ms`,
  findIntent: `
select id, order_id, customer_id, amount::text as amount, currency, status, charge_id
from ${schema}.payment_intents where id = $1::text for update`,
  saveIntent: `
insert into ${schema}.payment_intents (id, order_id, customer_id, amount, currency, status, charge_id)
values ($1::text, $2::text, $3::text, $4::text::bigint, $5::text, $6::text, $7::text)
on conflict (id) do update set status = excluded.status, charge_id = excluded.charge_id`,
});
