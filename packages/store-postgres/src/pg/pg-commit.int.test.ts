import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { startProxy } from '@waybill/conformance/proxy';
import type { Proxy } from '@waybill/conformance/proxy';
import { Client } from 'pg';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import type { Database } from '../sql/database.ts';
import { startSilentServer } from '../testing/silent-server.ts';
import { pgDatabase } from './pg-database.ts';

// A machine that is busy with other servers makes them slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

// Who asks for a synchronous commit waits for a standby that never comes. It is there from the start: told to a running
// server, it holds from whenever the checkpointer reads it, and a commit before that does not wait.
const configuration = { synchronous_standby_names: 'nobody', synchronous_commit: 'local' };
const server = await findBroker('postgres', 'the end of transactions through pg', { configuration });
const direct = server?.address ?? '';
let admin: Client;
let proxy: Proxy;
let database: Database;

beforeEach(async ({ skip }) => {
  skip(server === undefined, 'PostgreSQL cannot be had here.');
  const { hostname: host, port } = new URL(direct);
  proxy = await startProxy({ target: { host, port: Number(port) }, protocol: 'postgres' });
  admin = new Client({ connectionString: direct });
  await admin.connect();
  await admin.query('drop table if exists marks; create table marks (v integer primary key)');
  database = pgDatabase({ url: direct.replace(/:\d+\//u, `:${proxy.port}/`), listenUrl: 'off' });
});
afterEach(async () => {
  await database.close();
  await proxy.close();
  await admin.end();
});
afterAll(() => server?.stop());

const insert = (v: number): Promise<unknown> =>
  database.transaction(({ query }) => query('insert into marks values ($1::text::int)', [String(v)]));
const codeOf = (work: Promise<unknown>): Promise<string> => work.then(() => 'committed', errorCodeOf);
const count = async (): Promise<unknown> => (await admin.query('select count(*)::int as count from marks')).rows;

test('a COMMIT whose answer is lost is unknown, and has happened', async () => {
  proxy.addToxic({ kind: 'cut', at: 'postgres.committed', deliver: false, times: 1 });
  expect(await codeOf(insert(1))).toBe('commit-unknown');
  expect(await count()).toEqual([{ count: 1 }]);
  expect(await codeOf(insert(2))).toBe('committed');
});

test('a COMMIT that is lost itself is unknown as well, and has not happened', async () => {
  proxy.addToxic({ kind: 'cut', at: 'postgres.commit', deliver: false, times: 1 });
  expect(await codeOf(insert(1))).toBe('commit-unknown');
  expect(await count()).toEqual([{ count: 0 }]);
});

test('a connection that is lost before the COMMIT is unavailable: nothing can have happened', async () => {
  const cut = database.transaction(async ({ query }) => {
    await query('insert into marks values (1)');
    await proxy.cutAll();
    await sleep(20);
  });
  expect(await codeOf(cut)).toBe('unavailable');
  expect(await count()).toEqual([{ count: 0 }]);
});

test('a backend that is terminated in the middle of its COMMIT has committed, and is unknown', async () => {
  // A commit that waits for its standby has been written, and can be terminated.
  const url = `${direct}?options=-c%20synchronous_commit%3Don`;
  const waiting = pgDatabase({ url, listenUrl: 'off' });
  const commit = codeOf(waiting.transaction(({ query }) => query('insert into marks values (1)')));
  const waits = "select pid from pg_stat_activity where wait_event = 'SyncRep'";
  while ((await admin.query(waits)).rows.length === 0) await sleep(5);
  await admin.query(`select pg_terminate_backend(pid) from (${waits}) as held`);
  expect(await commit).toBe('commit-unknown');
  await waiting.close();
  expect(await count()).toEqual([{ count: 1 }]);
});

test('without names a session may be forgotten between two transactions, as a pooler does it; with names it may not', async () => {
  const named = pgDatabase({ url: direct, listenUrl: 'off', connectionsMax: 1, preparedStatements: true });
  const unnamed = pgDatabase({ url: direct, listenUrl: 'off', connectionsMax: 1, preparedStatements: false });
  const twice = async (one: typeof named): Promise<void> => {
    const ask = () => one.transaction(({ query }) => query('select $1::text as text', ['x']));
    await ask();
    const forget = one.transaction(async ({ native }) => {
      await native.query('commit');
      await native.query('discard all');
    });
    await forget.catch(() => undefined);
    await ask();
  };
  await expect(twice(named)).rejects.toMatchObject({ code: '26000' });
  await expect(twice(unnamed)).resolves.toBeUndefined();
  await Promise.all([named.close(), unnamed.close()]);
});

test('a prepared statement whose table has changed costs one failure, not one for ever', async () => {
  const named = pgDatabase({ url: direct, listenUrl: 'off', connectionsMax: 1, preparedStatements: true });
  const all = () => named.transaction(({ query }) => query('select * from marks'));
  await all();
  await admin.query('alter table marks add column w integer');
  await expect(all()).rejects.toMatchObject({ code: '0A000' });
  await expect(all()).resolves.toMatchObject({ rows: [] });
  await named.close();
});

test.each([
  ['a statement', 'timeout'],
  ['a COMMIT', 'commit-unknown'],
] as const)('%s whose answer the network swallows is given up, as %s', async (what, code) => {
  const url = direct.replace(/:\d+\//u, `:${proxy.port}/`);
  const limits = { connectTimeoutMs: 100, statementTimeoutMs: 100, lockTimeoutMs: 50 };
  const patient = pgDatabase({ url, listenUrl: 'off', connectionsMax: 1, ...limits });
  const swallowed = patient.transaction(async ({ query }) => {
    await query('insert into marks values (1)');
    const hole = proxy.addToxic({ kind: 'black-hole', direction: 'to-client' });
    void sleep(400).then(() => hole.remove());
    if (what === 'a statement') await query('insert into marks values (2)');
  });
  expect(await codeOf(swallowed)).toBe(code);
  await sleep(400);
  await expect(patient.transaction(({ query }) => query('select 1 as one'))).resolves.toMatchObject({
    rows: [{ one: 1 }],
  });
  await patient.close();
});

test.each([
  ['a handler', (silent: Database) => silent.transaction(({ query }) => query('select 1'))],
  ['the store itself', (silent: Database) => silent.query('select 1')],
] as const)('a server that falls silent when a session has begun is given up, by %s', async (_, ask) => {
  const behind = await startSilentServer(direct);
  const silent = pgDatabase({
    url: behind.url,
    listenUrl: 'off',
    connectTimeoutMs: 100,
    statementTimeoutMs: 100,
    lockTimeoutMs: 50,
  });
  expect(await codeOf(ask(silent))).toBe('timeout');
  behind.close();
  await silent.close();
});

test('a server that stays silent is given up after the time that it takes to connect', async () => {
  const hold = proxy.addToxic({ kind: 'black-hole' });
  const silent = pgDatabase({
    url: direct.replace(/:\d+\//u, `:${proxy.port}/`),
    listenUrl: 'off',
    connectTimeoutMs: 100,
  });
  expect(await codeOf(silent.query('select 1'))).toBe('unavailable');
  hold.remove();
  await silent.close();
});
