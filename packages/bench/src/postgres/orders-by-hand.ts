import type { Pool, PoolClient } from 'pg';
import { transactionByHand } from './by-hand.ts';
import type { PostgresContest } from './contest.ts';
import type { OrderContestant } from './order-contestant.ts';
import type { HandlerKind } from './orders-on-bus.ts';
import { insertStage, insertStages, stages } from './stages.ts';

const workers = 4;
const inBatch = 20;

const claim = 'insert into hand_inbox (stage, key) select $1, unnest($2::text[]) on conflict do nothing';
const enqueue = `with draft as (select unnest($2::text[]) as key), numbered as (
    insert into hand_counters as c (stage, key, last) select $1, key, 1 from draft order by key
    on conflict (stage, key) do update set last = c.last + 1 returning key, last
  )
  insert into hand_outbox (stage, key, number) select $1, key, last from numbered returning id`;

const createTables = (pool: Pool): Promise<unknown> =>
  pool.query(`drop table if exists hand_inbox, hand_counters, hand_outbox;
    create table hand_inbox (stage integer, key text, primary key (stage, key));
    create table hand_counters (stage integer, key text, last bigint not null, primary key (stage, key));
    create table hand_outbox (id bigint generated always as identity primary key, stage integer, key text, number bigint)`);

/**
 * The same by hand without bus, broker or encoding: queues in this process, four workers, twenty orders to a transaction, each with its
 * claim, its row under a savepoint (or one statement for all rows) and a numbered outbox row, which is deleted afterwards.
 */
export async function ordersByHand({ pool }: PostgresContest, kind: HandlerKind): Promise<OrderContestant> {
  await createTables(pool);
  const queues = stages.map((): string[] => []);
  const placed = new Map<string, () => void>();
  let wake = Promise.withResolvers<void>();
  let isStopped = false;

  const notice = (): void => {
    wake.resolve();
    wake = Promise.withResolvers();
  };
  const handOn = (stage: number, orders: readonly string[]): void => {
    const next = queues[stage + 1];
    if (next === undefined) for (const orderId of orders) placed.get(orderId)?.();
    else next.push(...orders);
    notice();
  };
  const work = async (): Promise<void> => {
    while (!isStopped) {
      // What is nearest to its end comes first, so that orders do not pile up half-way.
      const stage = queues.findLastIndex((queue) => queue.length > 0);
      if (stage === -1) {
        await wake.promise;
        continue;
      }
      const orders = queues[stage]?.splice(0, inBatch) ?? [];
      const sent = await runStage(pool, { stage, orders, kind });
      handOn(stage, orders);
      if (sent.length > 0) await pool.query('delete from hand_outbox where id = any ($1)', [sent]);
    }
  };
  const working = Promise.all(Array.from({ length: workers }, work));

  return {
    place: async (orderId) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      placed.set(orderId, resolve);
      queues[0]?.push(orderId);
      notice();
      await promise;
      placed.delete(orderId);
    },
    stop: async () => {
      isStopped = true;
      notice();
      await working;
    },
  };
}

interface StageRun {
  readonly stage: number;
  readonly orders: readonly string[];
  readonly kind: HandlerKind;
}

/** Answers the ids of the rows in the outbox. */
async function runStage(pool: Pool, run: StageRun): Promise<readonly string[]> {
  const { stage, orders } = run;
  let sent: readonly string[] = [];
  await transactionByHand(pool, async (client) => {
    await client.query(claim, [stage, orders]);
    await writeRows(client, run);
    if (stage === stages.length - 1) return;
    const { rows } = await client.query<{ id: string }>(enqueue, [stage, orders]);
    sent = rows.map(({ id }) => id);
  });
  return sent;
}

async function writeRows(client: PoolClient, { stage, orders, kind }: StageRun): Promise<void> {
  const name = stages[stage] ?? 'order';
  if (kind === 'whole batches') {
    await client.query(insertStages(name), [orders]);
    return;
  }
  for (const orderId of orders) {
    // In one round trip, as nobody would send three.
    const insert = insertStage(name).replace('$1', client.escapeLiteral(orderId));
    await client.query(`savepoint one; ${insert}; release savepoint one`);
  }
}
