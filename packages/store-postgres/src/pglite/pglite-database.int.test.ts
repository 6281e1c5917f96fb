import { setTimeout as sleep } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { pgliteDatabase } from './pglite-database.ts';

// PGlite takes seconds to start, and several files start it at once.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const database = pgliteDatabase();
const plain = await PGlite.create();
const insert = (v: number): [string, string[]] => ['insert into marks values ($1::text::int)', [String(v)]];

beforeAll(async () => {
  await database.query('create table marks (v integer primary key deferrable initially immediate)');
});
beforeEach(async () => {
  await database.query('delete from marks');
});
afterAll(() => database.close());

const values = async (): Promise<readonly unknown[]> =>
  (await database.query('select v from marks order by v')).rows.map(({ v }) => v);

test('the work commits when it resolves, and is rolled back with its own error when it rejects', async () => {
  await database.transaction(({ query }) => query(...insert(1)));
  const failure = new Error('declined');
  const failing = database.transaction(async ({ native }) => {
    await native.query(...insert(2));
    throw failure;
  });
  await expect(failing).rejects.toBe(failure);
  expect(await values()).toEqual([1]);
});

test('types are those of pg: whole numbers beyond 2^53 are text, bytes are a buffer', async () => {
  const raw = await plain.query<{ readonly n: unknown }>('select 7::bigint as n');
  expect(typeof raw.rows[0]?.n).toBe('number');

  const { rows } = await database.query(
    "select 7::bigint as n, 9007199254740993::bigint as big, '\\x00ff'::bytea as bytes",
  );
  expect(rows).toEqual([{ n: '7', big: '9007199254740993', bytes: Buffer.from([0, 255]) }]);
});

test('the database asked from inside a transaction hangs for ever on plain PGlite, and is refused here', async () => {
  let hasAnswer = false;
  const hanging = plain.transaction(async () => {
    await plain.query('select 1');
    hasAnswer = true;
  });
  void hanging.catch(() => undefined);
  await sleep(200);
  expect(hasAnswer).toBe(false);

  const asking = database.transaction(async ({ query }) => {
    await query(...insert(1));
    await database.query('select 1');
  });
  await expect(asking).rejects.toMatchObject({ reason: 'inside-transaction' });
  const nesting = database.transaction(() => database.transaction(async () => undefined));
  await expect(nesting).rejects.toMatchObject({ reason: 'inside-transaction' });
  expect(await values()).toEqual([]);
});

test('work that was begun inside and goes on after the end may use the database', async () => {
  const ended = Promise.withResolvers<void>();
  let later: Promise<readonly unknown[]> | undefined;
  await database.transaction(async ({ query }) => {
    await query(...insert(1));
    later = ended.promise.then(values);
  });
  ended.resolve();
  expect(await later).toEqual([1]);
});

test('work that others began waits for its turn', async () => {
  const inside = Promise.withResolvers<void>();
  const first = database.transaction(async ({ query }) => {
    inside.resolve();
    await sleep(20);
    await query(...insert(1));
  });
  await inside.promise;
  const seen = await values();
  await first;
  expect(seen).toEqual([1]);
});

test('a swallowed error is no commit', async () => {
  const swallowing = database.transaction(async ({ query }) => {
    await query(...insert(1));
    await query(...insert(1)).catch(() => undefined);
  });
  await expect(swallowing).rejects.toMatchObject({ reason: 'commit-refused' });
  expect(await values()).toEqual([]);
});

test('an error of the commit itself is its own', async () => {
  const deferred = database.transaction(async ({ query }) => {
    await query('set constraints all deferred');
    await query(...insert(1));
    await query(...insert(1));
  });
  await expect(deferred).rejects.toMatchObject({ code: '23505' });
  expect(await values()).toEqual([]);
});

test('statements that were not awaited take the whole transaction back', async () => {
  const late: Promise<unknown>[] = [];
  const forgetting = database.transaction(async ({ query }) => {
    late.push(query(...insert(1)), query(...insert(2)));
    for (const one of late) one.catch(() => undefined);
  });
  await expect(forgetting).rejects.toMatchObject({ reason: 'transaction-closed' });
  await Promise.allSettled(late);
  expect(await values()).toEqual([]);
});

test('a statement after the end is refused', async () => {
  let leaked: ((text: string) => Promise<unknown>) | undefined;
  await database.transaction(async ({ native }) => {
    leaked = (text) => native.client.query(text);
  });
  await expect(leaked?.('insert into marks values (100)')).rejects.toMatchObject({ reason: 'transaction-closed' });
  expect(await values()).toEqual([]);
});

test('a commit of a notification wakes', async () => {
  let wakes = 0;
  const wake = (): void => {
    wakes += 1;
  };
  const stop = await database.listen('waybill_outbox', wake, () => undefined);
  await database.transaction(({ query }) => query("select pg_notify('waybill_outbox', '')"));
  while (wakes === 0) await sleep(5);
  await stop();
  await database.query("select pg_notify('waybill_outbox', '')");
  await sleep(10);
  expect(wakes).toBe(1);
});

test('after the close nothing begins', async () => {
  const other = pgliteDatabase();
  const under = other.transaction(({ query }) => query('select 1 as one'));
  await Promise.all([under, other.close()]);
  expect((await under).rows).toEqual([{ one: 1 }]);
  const late: unknown = await other.query('select 1').catch((error: unknown) => error);
  expect(errorCodeOf(late)).toBe('closed');
});
