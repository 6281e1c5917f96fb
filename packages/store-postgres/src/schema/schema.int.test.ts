import { findBroker } from '@waybill/conformance/brokers';
import { Client } from 'pg';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { pgDatabase } from '../pg/pg-database.ts';
import { pgliteDatabase } from '../pglite/pglite-database.ts';
import type { Database } from '../sql/database.ts';
import { exportSql } from './export-sql.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations.ts';
import type { Migration } from './migrations.ts';
import { verifySchema } from './verify-schema.ts';

// PGlite takes seconds to start, and several files start it at once.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const server = await findBroker('postgres', 'the schema of the PostgreSQL store');
const url = server?.address ?? '';
const opened: Database[] = [];
let admin: Client;

const open = (lockTimeoutMs = 5000): Database => {
  const database = pgDatabase({ url, listenUrl: 'off', connectionsMax: 2, lockTimeoutMs });
  opened.push(database);
  return database;
};
const next: Migration = { version: 2, name: 'a step of tomorrow', sql: 'create table {schema}.tomorrow (id bigint);' };
const newer = [...migrations, next];
/** What a catalogue says of all tables of a schema, without its name. */
const shapeOf = async (schema: string): Promise<readonly unknown[]> => {
  const { rows } = await admin.query<Record<string, unknown>>(
    `select c.table_name, c.column_name, c.data_type, c.collation_name, c.column_default, c.is_nullable, c.identity_generation
     from information_schema.columns c where table_schema = $1 order by c.table_name, c.ordinal_position`,
    [schema],
  );
  const { rows: indexes } = await admin.query<Record<string, unknown>>(
    `select replace(indexdef, $1 || '.', '') as indexdef from pg_indexes where schemaname = $1 order by 1`,
    [schema],
  );
  const { rows: options } = await admin.query<Record<string, unknown>>(
    `select relname, reloptions from pg_class where relnamespace = $1::regnamespace and relkind = 'r' order by 1`,
    [schema],
  );
  return [...rows, ...indexes, ...options];
};

beforeEach(async ({ skip }) => {
  skip(server === undefined, 'PostgreSQL cannot be had here.');
  admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query('drop schema if exists waybill cascade; drop schema if exists shop cascade');
});
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
  await admin.end();
});
afterAll(() => server?.stop());

test('a database that cannot keep every text is refused before anything is made in it', async () => {
  await admin.query("create database latin with template template0 encoding 'LATIN1' locale 'C'");
  const latin = new URL(url);
  latin.pathname = '/latin';
  const database = pgDatabase({ url: latin.href, listenUrl: 'off' });
  // The trap: such a database takes everything, until somebody orders in another language.
  await database.query('create table naive (body text)');
  await database.query('insert into naive values ($1::text)', ['a caf\u00e9']);
  await expect(database.query('insert into naive values ($1::text)', ['\u{1f600}'])).rejects.toMatchObject({
    code: '22P05',
  });
  for (const refused of [migrate(database), verifySchema(database.query)]) {
    await expect(refused).rejects.toMatchObject({ reason: 'encoding-unsupported' });
  }
  const { rows } = await database.query("select to_regnamespace('waybill')::text as made");
  expect(rows).toEqual([{ made: null }]);
  await database.close();
  await admin.query('drop database latin');
});

test('several instances migrate at once, and again, and the steps run once', async () => {
  const databases = [open(), open(), open(), open()];
  await Promise.all(databases.map((database) => migrate(database)));
  await Promise.all(databases.map((database) => migrate(database)));
  const { rows } = await admin.query('select version, name from waybill.migrations');
  expect(rows).toEqual(migrations.map(({ version, name }) => ({ version, name })));
  expect((await admin.query('select count(*)::int as count from waybill.buckets')).rows).toEqual([{ count: 64 }]);
});

test('a step that fails leaves the version before it, whole', async () => {
  const broken: Migration = {
    version: 2,
    name: 'breaks',
    sql: 'create table {schema}.half (id int); create table {schema}.half (id int);',
  };
  await expect(migrate(open(), { steps: [...migrations, broken] })).rejects.toMatchObject({ code: '42P07' });
  expect((await admin.query("select to_regclass('waybill.half') as half")).rows).toEqual([{ half: null }]);
  await verifySchema(open().query);
  await migrate(open(), { steps: newer });
  expect((await admin.query("select to_regclass('waybill.tomorrow')::text as found")).rows).toEqual([
    { found: 'waybill.tomorrow' },
  ]);
});

test('a schema that is newer than the code is refused and not touched', async () => {
  await migrate(open(), { steps: newer });
  const shape = await shapeOf('waybill');
  await expect(migrate(open())).rejects.toMatchObject({ reason: 'schema-newer' });
  await expect(verifySchema(open().query)).rejects.toMatchObject({ reason: 'schema-newer' });
  expect(await shapeOf('waybill')).toEqual(shape);
});

test('two versions of the code that migrate at once end with the newer schema, and the older code is told', async () => {
  const [older, other] = await Promise.allSettled([migrate(open()), migrate(open(), { steps: newer })]);
  expect(other).toMatchObject({ status: 'fulfilled' });
  // It may have been the first, and then had its own version when it looked.
  expect(older.status === 'fulfilled' || errorCodeOf(older.reason) === 'unavailable').toBe(true);
  await verifySchema(open().query, { steps: newer });
  await expect(migrate(open())).rejects.toMatchObject({ reason: 'schema-newer' });
});

test('verify refuses what is missing or older', async () => {
  await expect(verifySchema(open().query)).rejects.toMatchObject({ reason: 'schema-missing' });
  await migrate(open());
  await verifySchema(open().query);
  await expect(verifySchema(open().query, { steps: newer })).rejects.toMatchObject({ reason: 'schema-older' });
});

test('another number of buckets is refused, because keys would change their order', async () => {
  await migrate(open(), { buckets: 8 });
  await expect(migrate(open(), { buckets: 16 })).rejects.toMatchObject({ reason: 'buckets-differ' });
  await migrate(open(), { buckets: 8 });
});

test('who waits too long for another one that migrates gives up with a code', async () => {
  await migrate(open());
  await admin.query('begin; lock table waybill.buckets in access exclusive mode');
  const held = pgDatabase({ url, listenUrl: 'off', lockTimeoutMs: 100 });
  opened.push(held);
  const first = migrate(held, { steps: newer });
  await expect(first).rejects.toMatchObject({ reason: 'schema-busy' });
  await admin.query('rollback');
  await verifySchema(open().query);
});

test('the exported SQL, run as it stands, makes the same schema', async () => {
  await migrate(open(), { schema: 'shop' });
  await admin.query(exportSql());
  await verifySchema(open().query);
  expect(await shapeOf('waybill')).toEqual(await shapeOf('shop'));
});

test('the exported SQL of a later version goes on from an earlier one', async () => {
  await migrate(open());
  const sql = exportSql({ steps: newer, fromVersion: 1 });
  expect(sql).not.toContain('create table "waybill".inbox');
  await admin.query(sql);
  await verifySchema(open().query, { steps: newer });
});

test('everybody reads and writes while an instance of the same version comes up', async () => {
  await migrate(open());
  await admin.query('begin; update waybill.buckets set token = token + 1');
  await expect(migrate(open(100))).resolves.toBeUndefined();
  await admin.query('commit');
});

test('the same steps run on PGlite', async () => {
  const database = pgliteDatabase();
  await migrate(database);
  await migrate(database);
  await verifySchema(database.query);
  const withoutTransactions = exportSql({ schema: 'shop' }).replaceAll(/^(?:begin|commit);$/gmu, '');
  await database.transaction(({ native }) => native.client.exec(withoutTransactions));
  await expect(verifySchema(database.query, { schema: 'shop' })).resolves.toBeUndefined();
  await database.close();
});
