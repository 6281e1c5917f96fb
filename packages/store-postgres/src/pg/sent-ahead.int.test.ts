import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { startProxy } from '@waybill/conformance/proxy';
import type { Proxy } from '@waybill/conformance/proxy';
import { Client } from 'pg';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import type { Database } from '../sql/database.ts';
import type { SqlQuery } from '../sql/sql-query.ts';
import { pgDatabase } from './pg-database.ts';
import { pgSessions } from './pg-sessions.ts';

// A machine that is busy with other servers makes them slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const server = await findBroker('postgres', 'statements of PostgreSQL that are sent without waiting');
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
  await admin.query('drop table if exists ahead; create table ahead (v integer primary key)');
  const url = direct.replace(/:\d+\//u, `:${proxy.port}/`);
  database = pgDatabase({ url, listenUrl: 'off', connectionsMax: 1 });
});
afterEach(async () => {
  await database.close();
  await proxy.close();
  await admin.end();
});
afterAll(() => server?.stop());

const values = async (): Promise<readonly unknown[]> =>
  (await admin.query<{ readonly v: number }>('select v from ahead order by v')).rows.map(({ v }) => v);

/** Writes 1 first and 2 last. */
const writeBoth = (last = 'insert into ahead values (2)'): Promise<void> =>
  database.transaction(async ({ query, queryLast = query }) => {
    await query('insert into ahead values (1)');
    await queryLast(last);
  });

test('what is sent last commits with the rest', async () => {
  await writeBoth();
  expect(await values()).toEqual([1, 2]);
});

test('a last statement that fails takes the transaction with it, and its error is the error of the transaction', async () => {
  await expect(writeBoth('insert into ahead values (1)')).rejects.toMatchObject({ code: '23505' });
  expect(await values()).toEqual([]);
  await writeBoth();
  expect(await values()).toEqual([1, 2]);
});

test('a last statement that has failed before COMMIT is sent is told as it was, also when it was the only one', async () => {
  const alone = (work: () => Promise<void>) =>
    database.transaction(async ({ query, queryLast = query }) => {
      await queryLast('select 1 / 0');
      await work();
    });
  await expect(alone(async () => undefined)).rejects.toMatchObject({ code: '22012' });
  // Long enough for its answer to be there.
  await expect(alone(() => sleep(100))).rejects.toMatchObject({ code: '22012' });
});

test('a last statement behind an error that was swallowed is no commit', async () => {
  const swallowing = database.transaction(async ({ query, queryLast = query }) => {
    await query('select 1 / 0').catch(() => undefined);
    await queryLast('insert into ahead values (2)');
  });
  await expect(swallowing).rejects.toMatchObject({ reason: 'commit-refused' });
  expect(await values()).toEqual([]);
});

test('a statement behind one that failed hears of that failure, and not of its own', async () => {
  const behind = (query: SqlQuery): Promise<unknown> => query('select 1 as one');
  const failing = database.transaction(async ({ query, queryLast = query }) => {
    await queryLast('select 1 / 0');
    await behind(query);
  });
  await expect(failing).rejects.toMatchObject({ code: '22012' });
});

test('a work that fails behind its last statement writes nothing', async () => {
  const failure = new Error('declined');
  const failing = database.transaction(async ({ query, queryLast = query }) => {
    await queryLast('insert into ahead values (2)');
    throw failure;
  });
  await expect(failing).rejects.toBe(failure);
  expect(await values()).toEqual([]);
});

test.each([
  ['COMMIT', 'postgres.commit', []],
  ['the answer to COMMIT', 'postgres.committed', [1, 2]],
] as const)('when %s is lost behind the last statement, the commit is unknown', async (_, at, written) => {
  proxy.addToxic({ kind: 'cut', at, deliver: false, times: 1 });
  expect(await writeBoth().then(() => 'committed', errorCodeOf)).toBe('commit-unknown');
  expect(await values()).toEqual(written);
});

test('a work that asks nothing of the database leaves no transaction open', async () => {
  await expect(database.transaction(async () => 'done')).resolves.toBe('done');
  const failure = new Error('declined');
  await expect(database.transaction(() => Promise.reject(failure))).rejects.toBe(failure);
  const { rows } = await admin.query<{ readonly state: string }>(
    "select state from pg_stat_activity where application_name = 'waybill'",
  );
  expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['idle']));
});

test('statements are prepared, and level and limits kept by the session, where that is the connection’s own, and not where a pooler stands in between', async () => {
  const limits = { statementTimeoutMs: 9000, lockTimeoutMs: 800, idleInTransactionTimeoutMs: 7000 };
  const { onConnectForTransactions: onConnect, statementOf: of, beginOf } = pgSessions('auto', limits);
  const own = new Client({ connectionString: direct });
  const pooled = new Client({ connectionString: direct });
  await Promise.all([own.connect(), pooled.connect()]);
  // A pooler gives key data of its own making.
  Object.assign(pooled, { processID: 1 });
  await Promise.all([onConnect(own), onConnect(pooled)]);
  const plain = { kind: 'own', values: [] };
  expect(of(own)('select 1')).toEqual({ ...plain, name: 'waybill_1', text: 'select 1' });
  expect(of(pooled)('select 1')).toEqual({ ...plain, text: 'select 1' });
  const limitOf = async (client: Client) =>
    (await client.query<{ statement_timeout: string }>('show statement_timeout')).rows[0];
  expect([beginOf(own), await limitOf(own)]).toEqual([
    [{ ...plain, name: 'waybill_2', text: 'begin' }],
    { statement_timeout: '9s' },
  ]);
  expect([beginOf(pooled), await limitOf(pooled)]).toEqual([
    [
      'begin isolation level read committed',
      'set local statement_timeout = 9000',
      'set local lock_timeout = 800',
      'set local idle_in_transaction_session_timeout = 7000',
    ].map((text) => ({ ...plain, text })),
    { statement_timeout: '0' },
  ]);
  await Promise.all([own.end(), pooled.end()]);
});

test.each([
  ['of its own', {}],
  ['that a pooler lends', { processID: 1 }],
] as const)(
  'on a session %s the level is READ COMMITTED, whatever the default of server, database or user is',
  async (_, key) => {
    const url = `${direct}?options=${encodeURIComponent('-c default_transaction_isolation=serializable')}`;
    const client = new Client({ connectionString: url });
    await client.connect();
    Object.assign(client, key);
    const limits = { statementTimeoutMs: 9000, lockTimeoutMs: 800, idleInTransactionTimeoutMs: 7000 };
    const { onConnectForTransactions, beginOf } = pgSessions('auto', limits);
    await onConnectForTransactions(client);
    for (const { text } of beginOf(client)) await client.query(text);
    const { rows } = await client.query('show transaction_isolation');
    await client.end();
    expect(rows).toEqual([{ transaction_isolation: 'read committed' }]);
  },
);
