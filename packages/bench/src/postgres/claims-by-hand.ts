import type { Pool, PoolClient } from 'pg';
import { keys } from './contest.ts';

/** What anybody needs at least: the numbers that were handled, by key, and the ids. */
export async function createClaimsByHand(pool: Pool): Promise<void> {
  await pool.query(`create table hand_cursors (scope text, key text, last bigint not null, primary key (scope, key)) with (fillfactor = 50);
    insert into hand_cursors select scope, 'customer-' || n, 0 from generate_series(0, ${keys - 1}) n, (values ('fence'), ('both')) s (scope);
    create table hand_inbox (id text primary key, fingerprint text not null)`);
}

export interface DeliveryByHand {
  readonly scope: 'fence' | 'both';
  readonly key: string;
  readonly sequence: number;
}

/** The next number of its key, in the transaction of the handler. */
export async function passFenceByHand(client: PoolClient, { scope, key, sequence }: DeliveryByHand): Promise<void> {
  const { rowCount } = await client.query(
    'update hand_cursors set last = $3 where scope = $1 and key = $2 and last = $3 - 1',
    [scope, key, sequence],
  );
  if (rowCount !== 1) throw new Error('A new number was refused.');
}

/** An id that was not there. */
export async function enterByHand(client: PoolClient, { key, sequence }: DeliveryByHand): Promise<void> {
  const { rowCount } = await client.query('insert into hand_inbox values ($1, $2) on conflict do nothing', [
    `${key}-${sequence}`,
    'f',
  ]);
  if (rowCount !== 1) throw new Error('A new id was refused.');
}
