import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker, startBroker } from '@waybill/conformance/brokers';
import type { Broker } from '@waybill/conformance/brokers';
import { createBus, defineCommand } from '@waybill/core';
import type { Bus } from '@waybill/core';
import type { OutboxRow, StoreDriver } from '@waybill/core/driver';
import { memoryTransport } from '@waybill/transport-memory';
import { Client } from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { errorCodeOf } from './error-code-of.ts';
import { pgDatabase } from './pg/pg-database.ts';
import { postgresStore } from './postgres-store.ts';
import type { PostgresStore } from './postgres-store.ts';
import type { SqlTransaction } from './sql/database.ts';
import { everyBucket, testDraft } from './testing/test-outbox.ts';

const native = { origins: ['native'] } as const;
/** The consumer's own server, which outlives the producer's. */
const consumerServer = await findBroker('postgres', 'failovers to a standby and restores', native);

afterAll(() => consumerServer?.stop());

const ChargeOrder = defineCommand({
  name: 'charge-order',
  version: 1,
  schema: z.object({ orderId: z.string(), customer: z.string() }),
  orderingKey: ({ customer }) => customer,
  deduplicationKey: ({ orderId }) => orderId,
});

type Store = PostgresStore<SqlTransaction>;
type Status = 'claimed' | 'duplicate' | 'conflict' | 'gap' | 'in-progress' | 'parked';

describe.skipIf(consumerServer === undefined)('on PostgreSQL', { timeout: 120_000 }, () => {
  const ends: (() => Promise<unknown>)[] = [];
  let consumer: Store;
  let admin: Client;

  const openStore = (url: string): Store => {
    const store = postgresStore({ database: pgDatabase({ url, listenUrl: 'off', connectTimeoutMs: 3000 }) });
    ends.push(() => store.close());
    return store;
  };
  const connect = async (url: string): Promise<Client> => {
    const client = new Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    ends.push(() => client.end().catch(() => undefined));
    return client;
  };

  beforeEach(async () => {
    const url = consumerServer?.address ?? '';
    admin = await connect(url);
    await admin.query('drop schema if exists waybill cascade; drop table if exists effects');
    await admin.query('create table effects (id text primary key)');
    consumer = openStore(url);
  });
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  /** A primary with a standby that streams from it, asynchronously without a configuration. */
  async function startPair(configuration: Readonly<Record<string, string>> = {}) {
    const primary = await startBroker('postgres', { ...native, configuration });
    ends.push(() => primary.stop());
    const standby = await startBroker('postgres', { ...native, standbyOf: primary.address });
    ends.push(() => standby.stop());
    const [onPrimary, onStandby] = [await connect(primary.address), await connect(standby.address)];
    const caughtUp = async (): Promise<void> => {
      const { rows } = await onPrimary.query<{ at: string }>('select pg_current_wal_lsn()::text as at');
      await until(onStandby, `pg_last_wal_replay_lsn() >= '${rows[0]?.at}'::pg_lsn`);
    };
    return { primary, standby, onPrimary, onStandby, caughtUp };
  }

  /** What a relay and a broker do: every row is handed over, and then deleted. */
  async function send(store: StoreDriver, sent: OutboxRow[]): Promise<void> {
    const { leases } = await store.leaseBuckets({ owner: 'relay', bucketsMax: 64, leaseMs: 60_000 });
    const { rows } = await store.readOutbox({ buckets: everyBucket, blocked: [], blockedChannels: [], limit: 1000 });
    sent.push(...rows);
    await store.deleteOutbox({ rowIds: rows.map(({ rowId }) => rowId), leases });
  }

  const claimOf = ({ key = '', epoch, sequence = 0 }: Pick<OutboxRow, 'key' | 'epoch' | 'sequence'>) => {
    const fixed = { kind: 'sequence', scope: 'billing', channel: 'orders', firstSequence: 1, overGap: false } as const;
    return { ...fixed, key, epoch, sequence };
  };

  /** The effect of an order and its mark, in one transaction; an effect that happens twice fails. */
  const consume = (row: OutboxRow): Promise<Status> =>
    consumer.transaction(async ({ native: client, claim }) => {
      const [outcome] = await claim([claimOf(row)]);
      if (outcome?.status === 'claimed') await client.query('insert into effects values ($1)', [row.id]);
      return outcome?.status ?? 'gap';
    });
  async function consumeAll(rows: readonly OutboxRow[]): Promise<readonly Status[]> {
    const statuses: Status[] = [];
    for (const row of rows) statuses.push(await consume(row));
    return statuses;
  }
  const effects = async (): Promise<ReadonlySet<string>> => {
    const { rows } = await admin.query<{ id: string }>('select id from effects');
    return new Set(rows.map(({ id }) => id));
  };
  const place = (store: StoreDriver, key: string, ...ids: readonly string[]): Promise<void> =>
    store.transaction(({ enqueue }) => enqueue(ids.map((id) => testDraft(id, key))));

  test('with a synchronous standby no acknowledged order is lost when the primary dies under load and the standby takes over', async () => {
    // From the start: told to a running server, it holds from whenever the checkpointer reads it.
    const waits = { synchronous_standby_names: '*', synchronous_commit: 'local' };
    const { primary, standby, onPrimary, onStandby } = await startPair(waits);
    await until(onPrimary, "exists (select from pg_stat_replication where sync_state = 'sync')");
    const sent: OutboxRow[] = [];
    const before = openStore(`${primary.address}?options=-c%20synchronous_commit%3Don`);
    const { acknowledged, stopped } = startLoad(before, sent, place, send);
    while (acknowledged.length < 300) await sleep(20);
    await primary.kill9();
    const codes = await stopped;
    await onStandby.query('select pg_promote()');

    const after = openStore(standby.address);
    const later = keys.map((key) => `after-${key}`);
    for (const [at, key] of keys.entries()) await place(after, key, later[at] ?? '');
    while ((await after.inspect()).outboxRows > 0) await send(after, sent);

    const statuses = await consumeAll(sent);
    const done = await effects();
    expect([...acknowledged, ...later].filter((id) => !done.has(id))).toEqual([]);
    expect(statuses.filter((status) => status !== 'claimed' && status !== 'duplicate')).toEqual([]);
    expect(new Set(sent.map(({ epoch }) => epoch)).size).toBe(2);
    expect(codes.filter((code) => code !== 'unavailable' && code !== 'commit-unknown')).toEqual([]);
    const repeated = statuses.filter((status) => status === 'duplicate').length;
    process.stdout.write(`failover: ${acknowledged.length} acknowledged, 0 lost, ${repeated} sent twice, 0 doubled\n`);
  });

  test.each([
    ['an asynchronous standby that lagged', 'standby'],
    ['a copy that was made earlier and is put back', 'copy'],
  ] as const)('%s numbers anew: each lost number is told from a duplicate and reported', async (_, kind) => {
    const { primary, standby, onPrimary, onStandby, caughtUp } = await startPair();
    const before = openStore(primary.address);
    const sent: OutboxRow[] = [];
    await place(before, 'a', 'a1', 'a2', 'a3');
    await place(before, 'b', 'b1');
    await send(before, sent);
    await caughtUp();
    await leaveBehind(kind, standby, onPrimary, onStandby);
    // Acknowledged, sent, charged, and nowhere but on the primary.
    await place(before, 'a', 'a4', 'a5', 'a6');
    await send(before, sent);
    expect(await consumeAll(sent)).toEqual(sent.map(() => 'claimed'));
    await primary.kill9();
    if (kind === 'copy') await standby.restart();
    await (await connect(standby.address)).query('select pg_promote()');

    const after = openStore(standby.address);
    await place(after, 'a', 'new-4', 'new-5', 'new-6', 'new-7');
    await place(after, 'b', 'new-2');
    const anew: OutboxRow[] = [];
    await send(after, anew);
    const ofTimeline = (row: OutboxRow): boolean => row.epoch !== sent[0]?.epoch;
    const rows = anew.filter(ofTimeline);
    expect(rows.map(({ id, sequence }) => [id, sequence])).toEqual([
      ['new-4', 4],
      ['new-5', 5],
      ['new-6', 6],
      ['new-7', 7],
      ['new-2', 2],
    ]);
    // By the number alone the new orders would be taken for old ones, and nobody would ever hear of them.
    const epoch = sent[0]?.epoch ?? '';
    const naive = rows.slice(0, 3).map((row) => claimOf({ ...row, epoch }));
    expect((await consumer.transaction(({ claim }) => claim(naive))).map(({ status }) => status)).toEqual(
      naive.map(() => 'duplicate'),
    );
    // What the relay had deleted comes again with its old number and is known; the others are told apart.
    expect(await consumeAll(anew.filter((row) => !ofTimeline(row)))).not.toContain('claimed');
    expect(await consumeAll(rows)).toEqual(['conflict', 'conflict', 'conflict', 'claimed', 'claimed']);
    // Also where a broker brings them after those that went on: the cursor knows which numbers it passed on which timeline.
    expect(await consumeAll(rows)).toEqual(['conflict', 'conflict', 'conflict', 'duplicate', 'duplicate']);
  });

  test('a bus puts aside what was numbered anew, with its reason, and an operator who has looked at it replays it', async () => {
    const { primary, standby, onPrimary, onStandby, caughtUp } = await startPair();
    const transport = memoryTransport();
    const start = async (store: Store, handles: boolean): Promise<Bus<SqlTransaction>> => {
      const bus = createBus<SqlTransaction>({ transport, store });
      ends.push(() => bus.stop({ graceMs: 0 }));
      if (handles) {
        const insert = 'insert into effects values ($1)';
        bus.handle(
          ChargeOrder,
          async ({ orderId }, { transaction }) => void (await transaction?.query(insert, [orderId])),
          { effect: 'once', order: 'per-key' },
        );
      }
      await bus.start();
      return bus;
    };
    const billing = await start(consumer, true);
    const charged = async (...ids: readonly string[]): Promise<void> => {
      while (!ids.every((id) => known.has(id))) known = await effects();
    };
    let known: ReadonlySet<string> = new Set();
    const orders = (bus: Bus<SqlTransaction>, ...ids: readonly string[]): Promise<void> =>
      bus.transaction(async ({ send: sendOne }) => {
        for (const orderId of ids) await sendOne(ChargeOrder, { orderId, customer: 'a' });
      });
    const shop = await start(openStore(primary.address), false);
    await orders(shop, 'a1');
    await charged('a1');
    await caughtUp();
    await leaveBehind('copy', standby, onPrimary, onStandby);
    await orders(shop, 'a2', 'a3');
    await charged('a2', 'a3');
    await primary.kill9();
    await standby.restart();
    await (await connect(standby.address)).query('select pg_promote()');

    await orders(await start(openStore(standby.address), false), 'new-2', 'new-3', 'new-4');
    await charged('new-4');
    const { letters } = await billing.deadLetters.list();
    expect(letters.map(({ reason, headers }) => [reason, headers['wb-sequence']])).toEqual([
      ['epoch-conflict', '2'],
      ['epoch-conflict', '3'],
    ]);
    expect([...known].toSorted()).toEqual(['a1', 'a2', 'a3', 'new-4']);
    expect(await billing.deadLetters.replay({})).toEqual({ replayed: 2, failed: 0, held: 0 });
    expect([...(await effects())].toSorted()).toEqual(['a1', 'a2', 'a3', 'new-2', 'new-3', 'new-4']);
  });

  test('a standby that nobody has promoted is unavailable, and nothing is written', async () => {
    const { primary, standby, caughtUp } = await startPair();
    await openStore(primary.address).open();
    await caughtUp();
    const early = openStore(standby.address);
    const code = await place(early, 'a', 'a1').then(() => 'committed', errorCodeOf);
    expect(code).toBe('unavailable');
    expect(await early.inspect()).toMatchObject({ outboxRows: 0 });
  });
});

const keys = Array.from({ length: 12 }, (_, at) => `key-${at}`);

/** Writers that place one order after the other, and a relay, until the server is gone. */
function startLoad(
  store: StoreDriver,
  sent: OutboxRow[],
  place: (store: StoreDriver, key: string, id: string) => Promise<void>,
  send: (store: StoreDriver, sent: OutboxRow[]) => Promise<void>,
): { readonly acknowledged: readonly string[]; readonly stopped: Promise<readonly string[]> } {
  const acknowledged: string[] = [];
  const untilError = async (work: (turn: number) => Promise<void>): Promise<string> => {
    for (let turn = 0; ; turn += 1) {
      try {
        await work(turn);
      } catch (error) {
        return errorCodeOf(error);
      }
    }
  };
  const writers = Array.from({ length: 6 }, (_, writer) =>
    untilError(async (turn) => {
      const id = `${writer}/${turn}`;
      await place(store, keys[(turn + writer) % keys.length] ?? '', id);
      acknowledged.push(id);
    }),
  );
  return { acknowledged, stopped: Promise.all([...writers, untilError(() => send(store, sent))]) };
}

/** From here on the second server gets nothing more. */
async function leaveBehind(
  kind: 'standby' | 'copy',
  standby: Broker,
  onPrimary: Client,
  onStandby: Client,
): Promise<void> {
  if (kind === 'copy') return standby.kill9();
  await onStandby.query("alter system set primary_conninfo = ''");
  await onStandby.query('select pg_reload_conf()');
  return until(onPrimary, 'not exists (select from pg_stat_replication)');
}

async function until(client: Client, condition: string): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ holds: boolean }>(`select ${condition} as holds`);
    if (rows[0]?.holds === true) return;
    await sleep(20);
  }
}
