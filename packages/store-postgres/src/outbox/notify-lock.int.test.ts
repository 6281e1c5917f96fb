import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { Client } from 'pg';
import { afterAll, afterEach, expect, test } from 'vitest';
import { pgDatabase } from '../pg/pg-database.ts';
import { postgresStore } from '../postgres-store.ts';
import { testDraft } from '../testing/test-outbox.ts';

// Who asks for a synchronous commit waits for a standby that never comes: a commit that takes its time.
const configuration = { synchronous_standby_names: 'nobody', synchronous_commit: 'local' };
const server = await findBroker('postgres', 'what a notification locks', { configuration });
const url = server?.address ?? '';
const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});
afterAll(() => server?.stop());

async function connect(): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  ends.push(() => client.end().catch(() => undefined));
  return client;
}

/** A transaction with a NOTIFY whose commit is on its way, and stays there. */
async function holdCommit(admin: Client): Promise<void> {
  const slow = await connect();
  await slow.query(
    "begin; set local synchronous_commit = on; insert into messages values ('s'); notify waybill_outbox",
  );
  slow.query('commit').catch(() => undefined);
  const waiting = "select from pg_stat_activity where wait_event = 'SyncRep'";
  while ((await admin.query(waiting)).rows.length === 0) await sleep(5);
}

test('the trap it avoids: a NOTIFY in the writing transaction lets its commit wait for that of every other', async ({
  skip,
}) => {
  skip(server === undefined, 'PostgreSQL cannot be had here.');
  const admin = await connect();
  await admin.query('create table messages (id text)');
  await holdCommit(admin);
  const naive = await connect();
  await naive.query("set lock_timeout = '200ms'");
  await naive.query("begin; insert into messages values ('m'); notify waybill_outbox");
  await expect(naive.query('commit')).rejects.toMatchObject({ code: '55P03' });

  const store = postgresStore({ database: pgDatabase({ url, lockTimeoutMs: 200 }) });
  ends.push(() => store.close());
  await store.transaction(({ enqueue }) => enqueue([testDraft('m', 'm')]));
  expect((await admin.query('select from waybill.outbox')).rows).toHaveLength(1);
  // Its notification waits instead, and nobody for it.
  await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'");
}, 60_000);
