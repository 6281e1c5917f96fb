import type { Pool } from 'pg';
import { keys } from './contest.ts';

/** Of `pg` itself, or of a transaction of the store. */
export type Statement = (text: string, values: unknown[]) => Promise<unknown>;

/** The tables of the shop that both sides write: a row for each order, and one that each customer's orders change. */
export async function createShop(pool: Pool): Promise<void> {
  await pool.query(`create table orders (id bigint generated always as identity primary key, customer integer, amount integer);
    create table accounts (customer integer primary key, balance bigint not null) with (fillfactor = 50);
    insert into accounts select n, 0 from generate_series(0, ${keys - 1}) n`);
}

/** Two statements: an order, and the account that it changes. */
export async function placeOrder(query: Statement, n: number): Promise<void> {
  await query('insert into orders (customer, amount) values ($1, $2)', [n % keys, n % 9000]);
  await query('update accounts set balance = balance + $2 where customer = $1', [n % keys, n % 9000]);
}
