import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { Client } from 'pg';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Database } from '../sql/database.ts';
import { pgDatabase } from './pg-database.ts';
import type { PgDatabaseOptions } from './pg-options.ts';

// A machine that is busy with other servers makes them slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const server = await findBroker('postgres', 'listening through pg');
const url = server?.address ?? '';
let admin: Client;
let database: Database;
let wakes: number;
let failures: unknown[];

const listen = async (options: PgDatabaseOptions = {}): Promise<() => Promise<void>> => {
  database = pgDatabase({ url, reconnectMs: { first: 5, max: 20 }, ...options });
  const wake = (): void => {
    wakes += 1;
  };
  return database.listen('waybill_outbox', wake, (error) => void failures.push(error));
};
const until = async (isTrue: () => boolean): Promise<void> => {
  while (!isTrue()) await sleep(5);
};
const listeners = async (): Promise<number> => {
  const { rows } = await admin.query<{ readonly count: number }>(
    "select count(*)::int as count from pg_stat_activity where query like 'listen%'",
  );
  return rows[0]?.count ?? 0;
};

beforeEach(async ({ skip }) => {
  skip(server === undefined, 'PostgreSQL cannot be had here.');
  wakes = 0;
  failures = [];
  admin = new Client({ connectionString: url });
  await admin.connect();
});
afterEach(async () => {
  await database.close();
  await admin.end();
});
afterAll(() => server?.stop());

test('a notification wakes at the commit, and none after a rollback', async () => {
  const stop = await listen();
  // Once by itself: what was committed before anybody listened.
  await until(() => wakes === 1);
  await admin.query('begin; notify waybill_outbox; rollback');
  await admin.query('begin; notify waybill_outbox');
  await sleep(30);
  expect(wakes).toBe(1);
  await admin.query('commit');
  await until(() => wakes === 2);
  await stop();
  expect(await listeners()).toBe(0);
});

test('a lost connection comes again, and wakes for what was missed', async () => {
  await listen();
  await until(() => wakes === 1);
  await admin.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%' and pid <> pg_backend_pid()",
  );
  await until(() => wakes === 2);
  await admin.query('notify waybill_outbox');
  await until(() => wakes === 3);
  expect(await listeners()).toBe(1);
});

test('a server that is not there is asked again and again, each time saying why, and a stop ends that', async () => {
  const stop = await listen({ listenUrl: 'postgres://postgres@127.0.0.1:1/postgres' });
  await until(() => failures.length > 1);
  await stop();
  expect(failures[0]).toMatchObject({ code: 'ECONNREFUSED' });
  expect(wakes).toBe(0);
});

test('switched off, nobody listens', async () => {
  const stop = await listen({ listenUrl: 'off' });
  await sleep(20);
  expect(await listeners()).toBe(0);
  await stop();
});

test('behind a transaction pooler LISTEN is lost without a word, so it goes over a connection of its own', async () => {
  const pooled = new Client({ connectionString: url });
  await pooled.connect();
  const heard: string[] = [];
  pooled.on('notification', ({ channel }) => heard.push(channel));
  await pooled.query('listen waybill_outbox');
  // What a pooler sends between two users of a session.
  await pooled.query('discard all');
  await listen({ url: 'postgres://postgres@127.0.0.1:1/pooler', listenUrl: url });
  await until(() => wakes === 1);
  await admin.query('notify waybill_outbox');
  await until(() => wakes === 2);
  expect(heard).toEqual([]);
  await pooled.end();
});
