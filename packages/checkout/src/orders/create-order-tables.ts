import type { Database } from '@waybill/store-postgres';

/** One number for everybody who creates the tables of a shop, from "checkout". */
const advisoryLock = '7163086685011408244';

/**
 * Creates the schema and tables of a shop where they are not there yet. Several instances may do so at once.
 *
 * @param schema as a statement has it
 */
export async function createOrderTables(database: Database, schema: string): Promise<void> {
  await database.transaction(async ({ query }) => {
    // Even "if not exists" fails when two create the same thing at the same time.
    await query('select pg_advisory_xact_lock($1::text::bigint)', [advisoryLock]);
    for (const statement of tablesOf(schema)) await query(statement);
  });
}

/** Times are epoch milliseconds, with fractions where a clock has them; amounts are minor units, which a double still holds exactly. */
const tablesOf = (schema: string): readonly string[] => [
  `create schema if not exists ${schema}`,
  `create table if not exists ${schema}.orders (
  id text collate "C" primary key,
  customer_id text not null,
  lines json not null,
  amount bigint not null check (amount between 0 and 9007199254740991),
  currency text not null,
  status text not null check (status in ('PENDING_PAYMENT', 'PAID', 'PAYMENT_FAILED')),
  created_at_ms float8 not null,
  settled_at_ms float8 check ((settled_at_ms is null) = (status = 'PENDING_PAYMENT'))
) with (fillfactor = 80)`,
  `create table if not exists ${schema}.payment_intents (
  id text collate "C" primary key,
  order_id text collate "C" not null unique references ${schema}.orders,
  customer_id text not null,
  amount bigint not null check (amount between 0 and 9007199254740991),
  currency text not null,
  status text not null check (status in ('CREATED', 'ATTEMPTED', 'CAPTURED', 'DECLINED')),
  charge_id text check ((charge_id is not null) = (status = 'CAPTURED'))
) with (fillfactor = 80)`,
  `create index if not exists open_payment_intents on ${schema}.payment_intents (id) where status in ('CREATED', 'ATTEMPTED')`,
];
