import type { OutboxDraft } from '@waybill/core/driver';
import { alternate, ratioOf } from '../alternate.ts';
import { measurementLines } from '../measurement-lines.ts';
import type { Measurement } from '../measurement.ts';
import { perSecond } from '../per-second.ts';
import { createShop, placeOrder } from '../postgres/business-transaction.ts';
import { transactionByHand } from '../postgres/by-hand.ts';
import { connections, keys, onPostgres } from '../postgres/contest.ts';
import type { BenchStore, PostgresContest } from '../postgres/contest.ts';

const load = { count: 8000, inFlight: connections };
const figures = { rounds: 5, warmUps: 2 };

/**
 * What a message in the outbox adds to the transaction of a service: its row, and its number from the counter of its key. By hand there is
 * the transaction without a message, and the same with what anybody needs at least: a counter and a row, in two statements.
 */
export const postgresTransaction = (): Promise<readonly Measurement[]> =>
  onPostgres('postgres-transaction', async (contest) => {
    const { pool, store, openStore } = contest;
    await createShop(pool);
    await createTables(contest);
    const unprepared = openStore({ preparedStatements: false });
    const reached = await alternate(
      {
        bare: () =>
          perSecond(load, (n) => transactionByHand(pool, (client) => placeOrder(client.query.bind(client), n))),
        byHand: () => perSecond(load, (n) => orderAndMessageByHand(contest, n)),
        plain: () => perSecond(load, (n) => withStore(store, n, [])),
        store: () => perSecond(load, (n) => withStore(store, n, [draftAt(n)])),
        unprepared: () => perSecond(load, (n) => withStore(unprepared, n, [draftAt(n)])),
      },
      figures,
    );
    return measurementsOf(reached);
  });

type Reached = Readonly<Record<'bare' | 'byHand' | 'plain' | 'store' | 'unprepared', readonly number[]>>;

function measurementsOf({ bare, byHand, plain, store, unprepared }: Reached): readonly Measurement[] {
  const { rate, ratio } = measurementLines('PostgreSQL, transaction', 'transactions/s');
  return [
    rate('by hand, without a message', bare),
    rate('by hand, with number and row', byHand),
    rate('store, without a message', plain),
    rate('store, with number and row', store),
    rate('store without prepared statements, with number and row', unprepared),
    ratio('store with / by hand without', ratioOf(store, bare), 0.8),
    ratio('store with / store without', ratioOf(store, plain)),
    ratio('unprepared with / by hand without', ratioOf(unprepared, bare)),
    ratio('store with / by hand with', ratioOf(store, byHand)),
  ];
}

async function createTables({ pool }: PostgresContest): Promise<void> {
  await pool.query(`create table counters (key text primary key, last bigint not null) with (fillfactor = 50);
    create table messages (id bigint generated always as identity primary key, key text, number bigint, headers text, body bytea)`);
}

const text = new TextEncoder();
const bodyAt = (n: number): Uint8Array => text.encode(JSON.stringify({ orderId: n, note: 'x'.repeat(500) }));

const draftAt = (n: number): OutboxDraft => ({
  address: { kind: 'command', channel: 'charge-order' },
  id: `m-${n}`,
  key: `customer-${n % keys}`,
  deduplicationKey: `m-${n}`,
  headers: { 'ce-type': 'charge-order' },
  body: bodyAt(n),
  delayMs: 0,
});

const withStore = (store: BenchStore, n: number, drafts: readonly OutboxDraft[]): Promise<void> =>
  store.transaction(async ({ native, enqueue }) => {
    await placeOrder(native.query, n);
    if (drafts.length > 0) await enqueue(drafts);
  });

const orderAndMessageByHand = ({ pool }: PostgresContest, n: number): Promise<void> =>
  transactionByHand(pool, async (client) => {
    await placeOrder(client.query.bind(client), n);
    const key = `customer-${n % keys}`;
    const { rows } = await client.query<{ last: string }>(
      'insert into counters as c values ($1, 1) on conflict (key) do update set last = c.last + 1 returning last',
      [key],
    );
    const message = [key, rows[0]?.last, JSON.stringify({ id: `m-${n}`, type: 'charge-order' }), bodyAt(n)];
    await client.query('insert into messages (key, number, headers, body) values ($1, $2, $3, $4)', message);
  });
