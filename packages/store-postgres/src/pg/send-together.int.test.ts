import { findBroker } from '@waybill/conformance/brokers';
import { Client } from 'pg';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { changeByQuery } from '../sql/change-by-query.ts';
import type { Database } from '../sql/database.ts';
import type { SqlChange, SqlStatement } from '../sql/sql-query.ts';
import { startRefusingPooler } from '../testing/refusing-pooler.ts';
import type { RefusingPooler } from '../testing/refusing-pooler.ts';
import { pgDatabase } from './pg-database.ts';
import type { PgTransactionClient } from './pg-transaction-client.ts';

// A machine that is busy with other servers makes them slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const server = await findBroker('postgres', 'transactions of PostgreSQL that a pooler refuses to begin');
const direct = server?.address ?? '';
let admin: Client;
let pooler: RefusingPooler;
let database: Database<PgTransactionClient>;

beforeEach(async ({ skip }) => {
  skip(server === undefined, 'PostgreSQL cannot be had here.');
  pooler = await startRefusingPooler(direct);
  admin = new Client({ connectionString: direct });
  await admin.connect();
  await admin.query('drop table if exists begun; create table begun (v integer primary key)');
  database = pgDatabase({ url: pooler.url, listenUrl: 'off', connectionsMax: 1 });
  await database.transaction(({ query }) => query('select 1 as one'));
});
afterEach(async () => {
  await database.close();
  pooler.close();
  await admin.end();
});
afterAll(() => server?.stop());

const rows = async (): Promise<readonly unknown[]> =>
  (await admin.query<{ readonly v: number }>('select v from begun order by v')).rows.map(({ v }) => v);

const insert = 'insert into begun values ($1)';
const one = (value: string): SqlStatement => ({ text: insert, values: [value] });

test('the naive way: the statement behind a BEGIN that was refused runs alone, and stays', async () => {
  const client = new Client({ connectionString: pooler.url, pipeline: true });
  await client.connect();
  pooler.refuseNext();
  const ended = await Promise.allSettled([client.query('begin'), client.query(insert, [1])]);
  expect(ended.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  await client.query('rollback');
  expect(await rows()).toEqual([1]);
  await client.end();
});

test.each([
  ['a statement of the store', (query: Insert) => query.store(insert, ['1'])],
  ['a statement of the handler', (query: Insert) => query.handler(insert, ['1'])],
  ['several statements in one text', (query: Insert) => query.handler('insert into begun values (1); select 1')],
  ['a statement with a name', (query: Insert) => query.named({ name: 'one', text: insert, values: ['1'] })],
  ['one of several that go out at once', (query: Insert) => query.change([one('1'), one('2')])],
] as const)('%s that comes first is not there when its transaction was not begun', async (_, write) => {
  pooler.refuseNext();
  const failing = database.transaction(async ({ query, change = changeByQuery(query), native }) => {
    const { client } = native;
    await write({ store: query, handler: native.query, named: (statement) => client.query(statement), change });
  });
  await expect(failing).rejects.toMatchObject({ code: '58000' });
  expect(await rows()).toEqual([]);
  // On a connection of its own again: the next one is whole.
  await database.transaction(({ query }) => query(insert, ['2']));
  expect(await rows()).toEqual([2]);
});

test('whoever swallows it writes nothing after it either', async () => {
  pooler.refuseNext();
  const swallowing = database.transaction(async ({ query }) => {
    await query(insert, ['1']).catch(() => undefined);
    await query(insert, ['2']);
  });
  await expect(swallowing).rejects.toMatchObject({ code: '58000' });
  expect(await rows()).toEqual([]);
});

test('a first statement that fails by itself is rolled back, and costs no connection', async () => {
  const { rows: before } = await admin.query("select pid from pg_stat_activity where application_name = 'waybill'");
  const wrong = [
    ['insert into begun values (1), (1)', '23505'],
    ['insert into nowhere values (1)', '42P01'],
    ['not a statement', '42601'],
  ] as const;
  for (const [text, code] of wrong) {
    await expect(database.transaction(({ query }) => query(text))).rejects.toMatchObject({ code });
    await database.transaction(({ native }) => native.query('select 1 as one'));
  }
  const { rows: after } = await admin.query("select pid from pg_stat_activity where application_name = 'waybill'");
  expect(after).toEqual(before);
  expect(await rows()).toEqual([]);
});

test('a value that cannot be sent leaves nothing open', async () => {
  const unsendable = {
    toPostgres: () => {
      throw new Error('no value');
    },
  };
  await expect(database.transaction(({ native }) => native.query(insert, [unsendable]))).rejects.toThrow('no value');
  await database.transaction(({ query }) => query(insert, ['2']));
  expect(await rows()).toEqual([2]);
});

test('answers are those of the statement alone', async () => {
  const answers = await database.transaction(async ({ native }) => {
    const first = await native.client.query('select 1 as one');
    const second = await native.client.query('select 2 as two');
    return [first, second].map(({ rows: found, command }) => ({ found, command }));
  });
  expect(answers).toEqual([
    { found: [{ one: 1 }], command: 'SELECT' },
    { found: [{ two: 2 }], command: 'SELECT' },
  ]);
});

interface Insert {
  readonly store: (text: string, values?: readonly unknown[]) => Promise<unknown>;
  readonly handler: (text: string, values?: readonly unknown[]) => Promise<unknown>;
  readonly named: PgTransactionClient['query'];
  readonly change: SqlChange;
}
