import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { pgDatabase } from '../pg/pg-database.ts';
import { pgliteDatabase } from '../pglite/pglite-database.ts';
import { changeByQuery } from './change-by-query.ts';
import type { Database } from './database.ts';
import type { SqlChange, SqlStatement } from './sql-query.ts';

// PGlite takes seconds to start, and several files start it at once.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const server = await findBroker('postgres', 'statements that go out at once, on a PostgreSQL server');
const databases: readonly (readonly [string, Database])[] = [
  ['PGlite', pgliteDatabase()],
  ...(server === undefined
    ? []
    : ([
        ['PostgreSQL', pgDatabase({ url: server.address })],
        ['PostgreSQL without prepared statements', pgDatabase({ url: server.address, preparedStatements: false })],
      ] as const)),
];

afterAll(async () => {
  for (const [, database] of databases) await database.close();
  await server?.stop();
});

describe.each(databases)('on %s', (_, database) => {
  beforeEach(async () => {
    await database.query('drop table if exists counted');
    await database.query('create table counted (v integer primary key, name text)');
  });

  const insert = (v: number, name: string): SqlStatement => ({
    text: 'insert into counted values ($1::text::integer, $2::text) on conflict do nothing',
    values: [String(v), name],
  });
  const rename = (before: string, name: string): SqlStatement => ({
    text: 'update counted set name = $2::text where name = $1::text',
    values: [before, name],
  });
  const all = async (): Promise<readonly unknown[]> =>
    (await database.query('select v, name from counted order by v')).rows.map(({ v, name }) => [v, name]);
  const inTransaction = <Result>(work: (change: SqlChange) => Promise<Result>): Promise<Result> =>
    database.transaction(({ query, change = changeByQuery(query) }) => work(change));

  test('every statement has its count, whether it is the first of its transaction or not', async () => {
    const counts = await inTransaction(async (change) => [
      await change([insert(1, 'a'), insert(2, 'a'), insert(1, 'b')]),
      await change([rename('a', 'c'), insert(3, 'd'), insert(3, 'e')]),
      await change([rename('c', 'f')]),
      await change([insert(1, 'z')]),
      await change([]),
    ]);
    expect(counts).toEqual([[1, 1, 0], [2, 1, 0], [2], [0], []]);
    expect(await all()).toEqual([
      [1, 'f'],
      [2, 'f'],
      [3, 'd'],
    ]);
  });

  test('the parameters of eleven statements stay their own', async () => {
    const statements = Array.from({ length: 11 }, (__, v) => insert(v, `name-${v}`));
    expect(await inTransaction((change) => change(statements))).toEqual(statements.map(() => 1));
    expect(await all()).toEqual(statements.map((__, v) => [v, `name-${v}`]));
  });

  test('one that fails takes all with it, and its error is told', async () => {
    const taken = { text: 'insert into counted values ($1::text::integer, $2::text)', values: ['1', 'again'] };
    const failing = inTransaction((change) => change([insert(1, 'a'), taken, insert(2, 'a')]));
    await expect(failing).rejects.toMatchObject({ code: '23505' });
    expect(await all()).toEqual([]);
    await inTransaction((change) => change([insert(1, 'a')]));
    expect(await all()).toEqual([[1, 'a']]);
  });
});
