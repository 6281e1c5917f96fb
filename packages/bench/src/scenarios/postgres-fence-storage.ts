import type { Claim } from '@waybill/core/driver';
import type { Pool } from 'pg';
import type { Measurement } from '../measurement.ts';
import { perSecond } from '../per-second.ts';
import { onPostgres } from '../postgres/contest.ts';
import type { BenchStore } from '../postgres/contest.ts';

const scenario = 'PostgreSQL, fence storage';
const inTransaction = 500;
const inFlight = 4;

export interface FenceStorageOptions {
  /** 10 million messages over 100,000 keys instead of 1 million over 10,000: some minutes more. */
  readonly large: boolean;
}

/**
 * What the fence keeps after a hundred messages of every key, beside what it kept after the first of each: it should be the same, because a
 * cursor is moved and no message is written down. Messages come in transactions of 500, four at a time, each key in its order.
 */
export const postgresFenceStorage = ({ large }: FenceStorageOptions): Promise<readonly Measurement[]> =>
  onPostgres('postgres-fence-storage', async ({ pool, store }) => {
    const keys = large ? 100_000 : 10_000;
    const perKey = 100;
    await advance(store, keys, 1);
    await pool.query('vacuum (analyze) waybill.cursors');
    const first = await bytesOf(pool);
    const rates: number[] = [];
    for (let sequence = 2; sequence <= perKey; sequence += 1) rates.push(await advance(store, keys, sequence));
    const last = await bytesOf(pool);
    const messages = (keys * perKey).toLocaleString('en');
    const line = (figure: string, value: number, unit: string): Measurement => ({
      scenario,
      figure,
      value,
      unit,
      bound: undefined,
    });
    return [
      line(`cursors after ${keys.toLocaleString('en')} messages, one a key`, first / 2 ** 20, 'MiB'),
      line(`cursors after ${messages} messages, ${perKey} a key`, last / 2 ** 20, 'MiB'),
      { ...line('after / before', last / first, '×'), bound: { kind: 'at-most', value: 3 } },
      line('messages passed', rates.reduce((sum, rate) => sum + rate, 0) / rates.length, 'messages/s'),
      line('rows in the inbox', await inboxRows(pool), 'rows'),
    ];
  });

/** One more message of every key; answers messages a second. */
async function advance(store: BenchStore, keys: number, sequence: number): Promise<number> {
  const count = keys / inTransaction;
  const rate = await perSecond({ count, inFlight }, (n) =>
    store.transaction(async ({ claim }) => {
      const outcomes = await claim(claimsOf(n * inTransaction, sequence));
      const other = outcomes.find(({ status }) => status !== 'claimed');
      if (other !== undefined) throw new Error(`The next number of a key was answered with ${other.status}.`);
    }),
  );
  return rate * inTransaction;
}

const claimsOf = (from: number, sequence: number): readonly Claim[] =>
  Array.from({ length: inTransaction }, (_, place) => ({
    kind: 'sequence',
    scope: 'stock',
    channel: 'orders',
    key: `customer-${from + place}`,
    epoch: 'e',
    sequence,
    firstSequence: 1,
    overGap: false,
  }));

/** The table with its index, dead rows and all. */
async function bytesOf(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ bytes: string }>(
    `select pg_total_relation_size('waybill.cursors')::text as bytes`,
  );
  return Number(rows[0]?.bytes);
}

async function inboxRows(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: string }>('select count(*)::text as count from waybill.inbox');
  return Number(rows[0]?.count);
}
