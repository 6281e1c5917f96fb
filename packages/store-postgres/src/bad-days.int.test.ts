import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import type { Claim, StoreDriver } from '@waybill/core/driver';
import { Client } from 'pg';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { errorCodeOf } from './error-code-of.ts';
import { pgDatabase } from './pg/pg-database.ts';
import type { PgDatabaseOptions } from './pg/pg-options.ts';
import { postgresStore } from './postgres-store.ts';
import type { PostgresStore } from './postgres-store.ts';
import { migrate } from './schema/migrate.ts';
import { migrations } from './schema/migrations.ts';
import type { Migration } from './schema/migrations.ts';
import type { SqlTransaction } from './sql/database.ts';
import { everyBucket, testDraft } from './testing/test-outbox.ts';

// A machine that is busy with other servers makes them slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

// Who asks for a synchronous commit waits for a standby that never comes. It is there from the start: told to a running
// server, it holds from whenever the checkpointer reads it, and a commit before that does not wait.
const configuration = { synchronous_standby_names: 'nobody', synchronous_commit: 'local' };
const server = await findBroker('postgres', 'bad days of a PostgreSQL store', { configuration });
const url = server?.address ?? '';
const waitingUrl = `${url}?options=-c%20synchronous_commit%3Don`;
const opened: { readonly close: () => Promise<void> }[] = [];
let admin: Client;

const open = (options: PgDatabaseOptions = {}): PostgresStore<SqlTransaction> => {
  const store = postgresStore({ database: pgDatabase({ url, listenUrl: 'off', ...options }) });
  opened.push(store);
  return store;
};
const codeOf = (work: Promise<unknown>): Promise<string> => work.then(() => 'committed', errorCodeOf);
const mark = (key: string, leaseMs = 0): Claim => ({ kind: 'identity', scope: 'shop', key, fingerprint: 'f', leaseMs });

/** An order, its mark and its message, in one transaction; answers what the mark said. */
const place = (store: PostgresStore<SqlTransaction>, id: string, key = id): Promise<string | undefined> =>
  store.transaction(async ({ native, claim, enqueue }) => {
    const [outcome] = await claim([mark(id)]);
    if (outcome?.status !== 'claimed') return outcome?.status;
    await native.query('insert into orders values ($1)', [id]);
    await enqueue([testDraft(id, key)]);
    return outcome.status;
  });
const rowsOf = async (store: StoreDriver) =>
  (await store.readOutbox({ buckets: everyBucket, blocked: [], blockedChannels: [], limit: 1000 })).rows;
const orders = async (): Promise<readonly string[]> =>
  (await admin.query<{ id: string }>('select id from orders order by id')).rows.map(({ id }) => id);

beforeEach(async ({ skip }) => {
  skip(server === undefined, 'PostgreSQL cannot be had here.');
  admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query('drop schema if exists waybill cascade; drop table if exists orders');
  await admin.query('create table orders (id text primary key, payload jsonb)');
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  vi.useRealTimers();
  await admin.end();
});
afterAll(() => server?.stop());

test.each([
  ['NUL in jsonb', '{"name":"a\\u0000b"}', '22P05'],
  ['half a character in jsonb', '{"name":"\\ud800"}', '22P02'],
  ['NUL in a text', 'a\0b', '22021'],
])(
  '%s is refused by PostgreSQL as the handler wrote it, and takes mark, order and message back',
  async (_, payload, code) => {
    const store = open();
    const failing = store.transaction(async ({ native, claim, enqueue }) => {
      await claim([mark('o-1')]);
      await enqueue([testDraft('o-1')]);
      await native.query('insert into orders values ($1, $2)', ['o-1', payload]);
    });
    await expect(failing).rejects.toMatchObject({ code });
    expect([await orders(), await rowsOf(store)]).toEqual([[], []]);
    expect(await place(store, 'o-1')).toBe('claimed');
  },
);

test('a role that may have no more connections is unavailable, with nothing done, and goes on when it may', async () => {
  const store = open();
  await store.open();
  await admin.query('create role shop login connection limit 2');
  await admin.query('grant usage on schema waybill to shop; grant all on all tables in schema waybill to shop');
  await admin.query('grant execute on all functions in schema waybill to shop; grant all on orders to shop');
  const asShop = open({ url: url.replace('postgres@', 'shop@'), connectionsMax: 4, ownConnectionsMax: 1 });
  const [begun, mayEnd] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const first = asShop.transaction(async ({ enqueue }) => {
    await enqueue([testDraft('a1')]);
    begun.resolve();
    await mayEnd.promise;
  });
  await begun.promise;
  expect(await codeOf(place(asShop, 'o-1'))).toBe('unavailable');
  mayEnd.resolve();
  await first;
  expect(await place(asShop, 'o-1')).toBe('claimed');
  expect(await orders()).toEqual(['o-1']);
});

test('a backend that is terminated in its COMMIT and has committed leaves an unknown, which the claim repeated tells', async () => {
  const store = open();
  await store.open();
  // A commit that waits for its standby has been written, and can be terminated.
  const left = codeOf(place(open({ url: waitingUrl }), 'o-1'));
  await until("exists (select from pg_stat_activity where wait_event = 'SyncRep')");
  await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'");
  expect(await left).toBe('commit-unknown');
  expect(await place(store, 'o-1')).toBe('duplicate');
  expect(await orders()).toEqual(['o-1']);
  expect((await rowsOf(store)).map(({ id, sequence }) => [id, sequence])).toEqual([['o-1', 1]]);
});

test('a backend that is terminated right before its COMMIT has done nothing, and the claim repeated is new', async () => {
  const store = open();
  const cut = store.transaction(async ({ native, claim, enqueue }) => {
    await claim([mark('o-1')]);
    await native.query("insert into orders values ('o-1')");
    await enqueue([testDraft('o-1')]);
    await native.query('select pg_terminate_backend(pg_backend_pid())').catch(() => undefined);
  });
  // Unknown where the end of the session was not yet heard of when COMMIT was sent.
  expect(['unavailable', 'commit-unknown']).toContain(await codeOf(cut));
  expect(await place(store, 'o-1')).toBe('claimed');
  expect(await orders()).toEqual(['o-1']);
  expect((await rowsOf(store)).map(({ id, sequence }) => [id, sequence])).toEqual([['o-1', 1]]);
});

test.each([3_600_000, -3_600_000])(
  'an application whose clock is %d ms off goes by the clock of the server',
  async (offMs) => {
    const [right, wrong] = [open(), open()];
    await right.transaction(({ claim, enqueue }) =>
      claim([mark('leased', 60_000), mark('done')]).then(() => enqueue([testDraft('a1')])),
    );
    const held = await right.leaseBuckets({ owner: 'right', bucketsMax: 64, leaseMs: 60_000 });
    expect(held.leases).toHaveLength(64);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + offMs });

    const [leased, own] = await wrong.transaction(({ claim }) => claim([mark('leased'), mark('own', 60_000)]));
    expect([leased?.status, own?.status]).toEqual(['in-progress', 'claimed']);
    const leftMs = leased?.status === 'in-progress' ? leased.retryAfterMs : 0;
    expect(leftMs > 0 && leftMs <= 60_000).toBe(true);
    expect((await right.transaction(({ claim }) => claim([mark('own')])))[0]?.status).toBe('in-progress');
    expect((await wrong.leaseBuckets({ owner: 'wrong', bucketsMax: 64, leaseMs: 60_000 })).leases).toEqual([]);
    expect((await wrong.inspect()).outboxOldestAgeMs).toBeLessThan(60_000);
    expect(await wrong.pruneInbox({ olderThanMs: 60_000 })).toBe(0);
    const { rows } = await admin.query<{ isNew: boolean }>(
      `select created_at between now() - interval '1 minute' and now() as "isNew" from waybill.outbox`,
    );
    expect(rows).toContainEqual({ isNew: true });
    expect(rows).not.toContainEqual({ isNew: false });
  },
);

test('two orders that lock each other out end in one deadlock, and one that was ended for it leaves nothing', async () => {
  const store = open();
  await place(store, 'a');
  await place(store, 'b');
  const bothHold = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const touch = (at: 0 | 1, first: string, second: string) =>
    store.transaction(async ({ native, claim, enqueue }) => {
      const update = "update orders set payload = '1' where id = $1";
      await claim([mark(`${first}${second}`)]);
      await native.query(update, [first]);
      bothHold[at].resolve();
      await bothHold[at === 0 ? 1 : 0].promise;
      await native.query(update, [second]);
      await enqueue([testDraft(`${first}${second}`, 'k')]);
    });
  const codes = await Promise.all([codeOf(touch(0, 'a', 'b')), codeOf(touch(1, 'b', 'a'))]);
  expect(codes.toSorted()).toEqual(['committed', 'write-conflict']);
  const [won, lost] = codes[0] === 'committed' ? ['ab', 'ba'] : ['ba', 'ab'];
  expect((await rowsOf(store)).filter(({ key }) => key === 'k').map(({ id }) => id)).toEqual([won]);
  const again = await store.transaction(({ claim }) => claim([mark(won), mark(lost)]));
  expect(again.map(({ status }) => status)).toEqual(['duplicate', 'claimed']);
});

test('the schema is changed under load by newer code: nobody of the older one fails, and what it writes stays whole', async () => {
  const step: Migration = {
    version: migrations.length + 1,
    name: 'a step of tomorrow',
    // In the order in which handlers use them: the other way round a writer would wait for the step and the step for the writer.
    sql: `alter table {schema}.inbox add column tomorrow integer not null default 7;
      alter table {schema}.cursors add column tomorrow text;
      alter table {schema}.outbox add column tomorrow text;
      create table {schema}.tomorrow (id bigint primary key);`,
  };
  // Prepared plans are what a change of a table could break.
  const older = [open({ preparedStatements: true }), open()];
  await Promise.all(older.map((store) => store.open()));
  let isLoading = true;
  const placed: string[] = [];
  const writers = Array.from({ length: 6 }, async (_, writer) => {
    const store = older[writer % 2] ?? open();
    for (let turn = 0; isLoading; turn += 1) {
      const id = `${writer}-${turn}`;
      const code = await codeOf(place(store, id, `key-${turn % 5}`));
      expect(['committed', 'write-conflict']).toContain(code);
      if (code === 'committed') placed.push(id);
    }
  });
  await sleep(300);
  const newer = pgDatabase({ url, listenUrl: 'off', lockTimeoutMs: 200 });
  opened.push(newer);
  // Somebody may hold a table for longer: the step gives up and comes again, so that nobody waits behind it.
  while ((await codeOf(migrate(newer, { steps: [...migrations, step] }))) === 'timeout') await sleep(50);
  const before = placed.length;
  await sleep(300);
  isLoading = false;
  await Promise.all(writers);

  expect(placed.length).toBeGreaterThan(before);
  expect(await orders()).toEqual(placed.toSorted());
  const { rows } = await admin.query<{ rows: number; last: number }>(
    'select count(*)::int as rows, max(sequence)::int as last from waybill.outbox group by key',
  );
  expect(rows.map(({ last }) => last)).toEqual(rows.map((row) => row.rows));
  expect(rows.reduce((sum, row) => sum + row.rows, 0)).toBe(placed.length);
  // One that starts now is told that it is too old, before it does anything.
  const late = open();
  expect(await codeOf(place(late, 'late'))).toBe('unavailable');
  await expect(late.open()).rejects.toMatchObject({ reason: 'schema-newer' });
  expect(await orders()).not.toContain('late');
});

async function until(condition: string): Promise<void> {
  for (;;) {
    const { rows } = await admin.query<{ holds: boolean }>(`select ${condition} as holds`);
    if (rows[0]?.holds === true) return;
    await sleep(10);
  }
}
