import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { Client, Pool } from 'pg';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import type { Database } from '../sql/database.ts';
import { systemClock } from '../time/system-clock.ts';
import type { PostgresClock } from '../time/system-clock.ts';
import { pgDatabase } from './pg-database.ts';
import type { PgDatabaseOptions } from './pg-options.ts';
import type { PgTransactionClient } from './pg-transaction-client.ts';

// A machine that is busy with other servers makes them slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const server = await findBroker('postgres', 'transactions through pg', { configuration: { max_connections: '30' } });
const url = server?.address ?? '';

const opened: { readonly close: () => Promise<void> }[] = [];
let admin: Client;

const open = (options: PgDatabaseOptions = {}): Database<PgTransactionClient> => {
  const database = pgDatabase({ url, listenUrl: 'off', ...options });
  opened.push(database);
  return database;
};
const values = async (): Promise<readonly unknown[]> => {
  const { rows } = await admin.query<{ readonly v: unknown }>('select v from marks order by v');
  return rows.map(({ v }) => v);
};
const sessions = async (where: string): Promise<number> => {
  const { rows } = await admin.query<{ readonly count: number }>(
    `select count(*)::int as count from pg_stat_activity where application_name = 'waybill' and ${where}`,
  );
  return rows[0]?.count ?? 0;
};

beforeEach(async ({ skip }) => {
  skip(server === undefined, 'PostgreSQL cannot be had here.');
  admin = new Client({ connectionString: url });
  await admin.connect();
  await admin.query(
    'drop table if exists marks; create table marks (v integer primary key deferrable initially immediate)',
  );
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  await admin.end();
});
afterAll(() => server?.stop());

test('the work commits when it resolves, and is rolled back with its own error when it rejects', async () => {
  const database = open();
  expect(
    await database.transaction(async ({ query }) => (await query('insert into marks values (1) returning v')).rows),
  ).toEqual([{ v: 1 }]);
  const failure = new Error('declined');
  const failing = database.transaction(async ({ query }) => {
    await query('insert into marks values (2)');
    throw failure;
  });
  await expect(failing).rejects.toBe(failure);
  expect(await values()).toEqual([1]);
});

test('a swallowed error is no commit: plain COMMIT answers without an error, and nothing is there', async () => {
  await admin.query('begin');
  await admin.query('insert into marks values (1)');
  await admin.query('insert into marks values (1)').catch(() => undefined);
  expect((await admin.query('commit')).command).toBe('ROLLBACK');

  const swallowing = open().transaction(async ({ query }) => {
    await query('insert into marks values (1)');
    await query('insert into marks values (1)').catch(() => undefined);
    return 'done';
  });
  await expect(swallowing).rejects.toMatchObject({ reason: 'commit-refused' });
  expect(await values()).toEqual([]);
});

test('an error of the commit itself proves that nothing happened', async () => {
  const deferred = open().transaction(async ({ query }) => {
    await query('set constraints all deferred');
    await query('insert into marks values (1), (1)');
  });
  await expect(deferred).rejects.toMatchObject({ code: '23505' });
  expect(await values()).toEqual([]);
});

test('a handler that ends the transaction by itself is told that nobody knows', async () => {
  const ending = open().transaction(async ({ native }) => {
    await native.query('insert into marks values (1)');
    await native.query('commit');
  });
  await expect(ending).rejects.toMatchObject({ reason: 'commit-unknown' });
});

test('statements that were not awaited take the whole transaction back', async () => {
  const late: Promise<unknown>[] = [];
  const forgetting = open().transaction(async ({ native }) => {
    late.push(native.query('insert into marks values (1)'), native.query('insert into marks values (2)'));
    for (const one of late) one.catch(() => undefined);
  });
  await expect(forgetting).rejects.toMatchObject({ reason: 'transaction-closed' });
  expect(await Promise.allSettled(late)).toMatchObject([
    { status: 'fulfilled' },
    { status: 'rejected', reason: { reason: 'transaction-closed' } },
  ]);
  expect(await values()).toEqual([]);
});

test('what cannot even be sent rejects like any statement, and is not taken for one that was left under way', async () => {
  const noList = 1 as unknown as readonly unknown[];
  await open().transaction(async ({ native }) => {
    await expect(native.query('insert into marks values ($1::int)', noList)).rejects.toThrow('not iterable');
    await native.query('insert into marks values (1)');
  });
  expect(await values()).toEqual([1]);
});

test('a statement after the end is refused, where a plain client would commit it by itself', async () => {
  let leaked: PgTransactionClient | undefined;
  await open().transaction(async ({ native }) => {
    leaked = native.client;
  });
  await expect(leaked?.query('insert into marks values (100)')).rejects.toMatchObject({ reason: 'transaction-closed' });
  expect(await values()).toEqual([]);
});

test('statements that are asked for at once run one after the other, and pg warns of nothing', async () => {
  const warnings: string[] = [];
  const onWarning = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', onWarning);
  await open().transaction(async ({ query }) => {
    await Promise.all([1, 2, 3, 4].map((v) => query('insert into marks values ($1::text::int)', [String(v)])));
  });
  await sleep(5);
  process.off('warning', onWarning);
  expect(await values()).toEqual([1, 2, 3, 4]);
  expect(warnings.filter((message) => message.includes('client.query'))).toEqual([]);
});

test('a connection that is left inside a transaction goes to nobody else', async () => {
  const naive = new Pool({ connectionString: url, max: 1 });
  const first = await naive.connect();
  await first.query('begin; insert into marks values (1)');
  first.release();
  expect((await naive.query('select v from marks')).rows).toEqual([{ v: 1 }]);
  await naive.query('rollback');
  await naive.end();

  const database = open({ connectionsMax: 1 });
  const leaving = database.transaction(async ({ native }) => {
    await native.query('commit');
    await native.query('begin; insert into marks values (1)');
  });
  // It was committed as it stood: by the handler itself, which is its own affair.
  await leaving.catch(() => undefined);
  const broken = database.transaction(async ({ native }) => {
    await native.query('commit');
    await native.query('begin; delete from marks');
    throw new Error('and then it failed');
  });
  await expect(broken).rejects.toThrow('and then it failed');
  const next = await database.transaction(({ query }) => query('select count(*)::text as count from marks'));
  expect(next.rows).toEqual([{ count: '1' }]);
});

test('a lock that is not given in time is a write conflict, a statement that takes too long a time-out', async () => {
  const database = open({ lockTimeoutMs: 50, statementTimeoutMs: 150 });
  await admin.query('begin; lock table marks');
  const waiting = database.transaction(({ query }) => query('insert into marks values (1)'));
  const conflict: unknown = await waiting.catch((error: unknown) => error);
  await admin.query('commit');
  expect([conflict, errorCodeOf(conflict)]).toMatchObject([{ code: '55P03' }, 'write-conflict']);
  const slow: unknown = await database
    .transaction(({ query }) => query('select pg_sleep(5)'))
    .catch((error: unknown) => error);
  expect([slow, errorCodeOf(slow)]).toMatchObject([{ code: '57014' }, 'timeout']);
});

test('time limits end with their transaction, so that a pooler can lend the session to others', async () => {
  const database = open({ connectionsMax: 1, lockTimeoutMs: 77 });
  const show = async () => (await database.transaction(({ query }) => query('show lock_timeout'))).rows;
  expect(await show()).toEqual([{ lock_timeout: '77ms' }]);
  expect((await open({ ownConnectionsMax: 1 }).query('show lock_timeout')).rows).toEqual([{ lock_timeout: '0' }]);
});

test('a handler that sits idle loses its connection, the process lives, and the next one gets a new one', async () => {
  const database = open({ connectionsMax: 1, idleInTransactionTimeoutMs: 50 });
  const idle = database.transaction(async ({ query }) => {
    await query('insert into marks values (1)');
    while ((await sessions("state like 'idle in transaction%'")) > 0) await sleep(10);
    await sleep(10);
  });
  const error: unknown = await idle.catch((reason: unknown) => reason);
  expect(['unavailable', 'timeout']).toContain(errorCodeOf(error));
  expect(await values()).toEqual([]);
  await database.transaction(({ query }) => query('insert into marks values (2)'));
  expect(await values()).toEqual([2]);
});

test('a connection that is terminated while it lies idle in the pool costs nobody anything', async () => {
  const database = open({ connectionsMax: 1 });
  await database.transaction(({ query }) => query('select 1'));
  await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'waybill'");
  while ((await sessions('true')) > 0) await sleep(5);
  await sleep(10);
  await database.transaction(({ query }) => query('insert into marks values (1)'));
  expect(await values()).toEqual([1]);
});

test('a backend that is terminated in the middle is unavailable, with nothing done', async () => {
  const cut = open().transaction(async ({ query }) => {
    await query('insert into marks values (1)');
    await query('select pg_terminate_backend(pg_backend_pid())');
  });
  const error: unknown = await cut.catch((reason: unknown) => reason);
  expect(errorCodeOf(error)).toBe('unavailable');
  expect(await values()).toEqual([]);
});

test('handlers that each want a second connection fail in time, and never take those of the store itself', async () => {
  const database = open({ connectionsMax: 2, connectTimeoutMs: 100 });
  const nested = () =>
    database.transaction(async ({ query }) => {
      await query('select 1');
      await database.query('select 1');
      return database.transaction((inner) => inner.query('select 1'));
    });
  const errors = await Promise.allSettled([nested(), nested()]);
  const codes = errors.map((one) => (one.status === 'rejected' ? errorCodeOf(one.reason) : 'none'));
  // Whoever gives up first lets the other have what it waits for.
  expect(codes).toContain('unavailable');
  await database.transaction(({ query }) => query('select 1'));
});

test('the limit of connections is unavailable, and the others go on', async () => {
  const holders = Array.from({ length: 4 }, () => open({ connectionsMax: 10, connectTimeoutMs: 2000 }));
  const held = Promise.withResolvers<void>();
  const works = holders.flatMap((database) =>
    Array.from({ length: 10 }, () =>
      database
        .transaction(async ({ query }) => {
          await query('select 1');
          await held.promise;
        })
        .then(() => 'committed', errorCodeOf),
    ),
  );
  const outcome = await Promise.race(works);
  held.resolve();
  expect(outcome).toBe('unavailable');
  const outcomes = await Promise.all(works);
  expect(new Set(outcomes)).toEqual(new Set(['unavailable', 'committed']));
});

test('a statement of the store that gets no answer is given up with its connection', async () => {
  const database = open({ ownConnectionsMax: 1, statementTimeoutMs: 100, lockTimeoutMs: 50 });
  const slow: unknown = await database.query('select pg_sleep(1)').catch((error: unknown) => error);
  expect(errorCodeOf(slow)).toBe('timeout');
  // A pool that takes it for idle would let this one wait for the old answer.
  expect((await database.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});

test('only the connection whose own answer is overdue is given up', async () => {
  const database = open({ ownConnectionsMax: 2, statementTimeoutMs: 1000, lockTimeoutMs: 50 });
  const outcomes: string[] = [];
  const stuck = database
    .query('select pg_sleep(30)')
    .catch((error: unknown) => outcomes.push(`stuck ${errorCodeOf(error)}`));
  const pids = new Set<unknown>();
  for (let n = 0; n < 6; n += 1) {
    const { rows } = await database.query('select pg_backend_pid()::text as pid, pg_sleep(0.3)');
    pids.add(rows[0]?.['pid']);
  }
  outcomes.push('the others');
  await stuck;
  expect(outcomes).toEqual(['stuck timeout', 'the others']);
  expect(pids.size).toBe(1);
});

test('a database that is closed keeps no timer, and with it the process', async () => {
  const waiting = new Set<object>();
  const after: PostgresClock['after'] = (delayMs, task) => {
    const timer = systemClock.after(delayMs, () => {
      waiting.delete(timer);
      task();
    });
    waiting.add(timer);
    return {
      cancel: () => {
        waiting.delete(timer);
        timer.cancel();
      },
    };
  };
  const database = open({ clock: { after } });
  await database.query('select 1');
  await database.transaction(({ query }) => query('select 1'));
  expect(waiting.size).toBeGreaterThan(0);
  await database.close();
  expect(waiting.size).toBe(0);
});

test('close waits for what is under way, and nothing new begins', async () => {
  const database = open({ connectionsMax: 1 });
  const begun = Promise.withResolvers<void>();
  const work = (v: number) =>
    database.transaction(async ({ query }) => {
      begun.resolve();
      await query('select pg_sleep(0.05)');
      await query('insert into marks values ($1::text::int)', [String(v)]);
    });
  const both = Promise.all([work(1), work(2)]);
  await begun.promise;
  await database.close();
  await database.close();
  await both;
  expect(await values()).toEqual([1, 2]);
  const late: unknown = await database.query('select 1').catch((error: unknown) => error);
  expect(errorCodeOf(late)).toBe('closed');
});
