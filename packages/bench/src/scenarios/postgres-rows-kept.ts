import type { Claim, OutboxDraft } from '@waybill/core/driver';
import type { Pool } from 'pg';
import { ratioOf } from '../alternate.ts';
import { measurementLines } from '../measurement-lines.ts';
import type { Measurement } from '../measurement.ts';
import { perSecond } from '../per-second.ts';
import { connections, onPostgres } from '../postgres/contest.ts';
import type { BenchStore } from '../postgres/contest.ts';

const load = { count: 1500, inFlight: connections };
const rounds = 3;
const keptByDefault = [10_000, 1_000_000];
const rowsOfKey = 10;

export interface RowsKeptOptions {
  /** Also with 10 million rows: some minutes and gigabytes more. */
  readonly large: boolean;
}

/** A delivery with its claims, and a message with its number, beside ever more of what was done before. It should cost the same. */
export const postgresRowsKept = ({ large }: RowsKeptOptions): Promise<readonly Measurement[]> =>
  onPostgres('postgres-rows-kept', async ({ pool, store }) => {
    const { rate, ratio } = measurementLines('PostgreSQL, rows kept', 'deliveries/s');
    const lines: Measurement[] = [];
    let least: readonly number[] = [];
    let kept = 0;
    for (const rows of large ? [...keptByDefault, 10_000_000] : keptByDefault) {
      await keep(pool, kept, rows);
      kept = rows;
      const reached = await deliverRounds(store, rows);
      const named = `${rows.toLocaleString('en')} in the inbox, ${(rows / rowsOfKey).toLocaleString('en')} keys`;
      lines.push(rate(named, reached));
      if (least.length === 0) least = reached;
      else lines.push(ratio(`${named} / ${keptByDefault[0]?.toLocaleString('en')}`, ratioOf(reached, least), 0.8));
    }
    return lines;
  });

/** As if so many deliveries of so many keys had been handled, and as many messages sent. */
async function keep(pool: Pool, from: number, to: number): Promise<void> {
  await pool.query(`insert into waybill.inbox (scope, key, fingerprint)
    select 'kept', 'order-' || md5(n::text), 'f' from generate_series(${from + 1}, ${to}) n`);
  const keysFrom = from / rowsOfKey;
  const keysTo = to / rowsOfKey;
  await pool.query(`insert into waybill.cursors (scope, channel, key, epoch, last)
    select 'kept', 'orders', 'customer-' || n, 'e', ${rowsOfKey} from generate_series(${keysFrom}, ${keysTo - 1}) n`);
  await pool.query(`insert into waybill.sequences (kind, channel, key, last)
    select 'event', 'orders', 'customer-' || n, ${rowsOfKey} from generate_series(${keysFrom}, ${keysTo - 1}) n`);
  await pool.query('vacuum (analyze) waybill.inbox, waybill.cursors, waybill.sequences');
  await pool.query('checkpoint');
}

/** The first round is not counted: it reads what the others find in memory. */
async function deliverRounds(store: BenchStore, rows: number): Promise<readonly number[]> {
  const reached: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const rate = await perSecond(load, (n) => deliver(store, rows, round * load.count + n));
    if (round > 0) reached.push(rate);
  }
  return reached;
}

const deliver = (store: BenchStore, rows: number, n: number): Promise<void> =>
  store.transaction(async ({ claim, enqueue }) => {
    const id = `${rows}-${n}`;
    const key = `customer-${keyAt(n, rows / rowsOfKey)}`;
    const outcomes = await claim(claimsOf(id, key, rows + n));
    const other = outcomes.find(({ status }) => status !== 'claimed');
    if (other !== undefined) throw new Error(`A new claim was answered with ${other.status}.`);
    await enqueue([draftOf(id, key)]);
  });

/** Far apart, so that the whole of the tables is used; a large prime hits every key once before it hits one again. */
const keyAt = (n: number, keys: number): number => (n * 7919) % keys;

/** The number grows with every delivery, and passes over those that nobody sent here. */
const claimsOf = (id: string, key: string, sequence: number): readonly Claim[] => [
  { kind: 'identity', scope: 'kept', key: `new-${id}`, fingerprint: 'f', leaseMs: 0 },
  { kind: 'sequence', scope: 'kept', channel: 'orders', key, epoch: 'e', sequence, firstSequence: 1, overGap: true },
];

const body = new TextEncoder().encode(JSON.stringify({ note: 'x'.repeat(500) }));

const draftOf = (id: string, key: string): OutboxDraft => ({
  address: { kind: 'event', channel: 'orders' },
  id,
  key,
  deduplicationKey: id,
  headers: { 'ce-type': 'orders' },
  body,
  delayMs: 0,
});
