import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, describe, expect, test } from 'vitest';
import { pgDatabase } from '../pg/pg-database.ts';
import type { SqlQuery } from '../sql/sql-query.ts';
import { idsOf, openTestOutbox, testDraft } from '../testing/test-outbox.ts';
import type { TestOutbox, TestOutboxOptions } from '../testing/test-outbox.ts';

const broker = await findBroker('postgres', 'late commits and writers at once on a server');
const database = pgDatabase({
  url: broker?.address ?? 'postgres://localhost',
  connectionsMax: 12,
  ownConnectionsMax: 8,
});

afterAll(async () => {
  await database.close();
  await broker?.stop();
});

/** A transaction that has written its rows and does not end until it is told to. */
async function openWriter(outbox: TestOutbox, ...ids: readonly string[]) {
  const written = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  const ended = database.transaction(async ({ query }) => {
    await outbox.enqueueIn(query, ...ids.map((id) => testDraft(id)));
    written.resolve();
    await mayEnd.promise;
  });
  await written.promise;
  return { commit: () => (mayEnd.resolve(), ended) };
}

describe.skipIf(broker === undefined)('on PostgreSQL', () => {
  let schemas = 0;
  const open = (options: Partial<TestOutboxOptions> = {}): Promise<TestOutbox> => {
    schemas += 1;
    return openTestOutbox(database, { name: `concurrency_${schemas}`, ...options });
  };

  /** What everybody writes first: goes on behind the highest id that was seen. */
  const cursorReader = (outbox: TestOutbox) => {
    let cursor = 0;
    return async (): Promise<readonly string[]> => {
      const rows = (await outbox.read()).filter(({ rowId }) => rowId > cursor);
      cursor = Math.max(cursor, ...rows.map(({ rowId }) => rowId));
      return idsOf(rows);
    };
  };

  test('a transaction that sits idle and commits late loses its rows to a cursor by id, and none to a reader from the start', async () => {
    const outbox = await open();
    const readOn = cursorReader(outbox);
    const late = await openWriter(outbox, 'a1');
    await outbox.enqueue(testDraft('b1'), testDraft('b2'));
    expect(await readOn()).toEqual(['b1', 'b2']);
    // Nobody waits for the idle one.
    expect(idsOf(await outbox.read())).toEqual(['b1', 'b2']);
    await late.commit();
    await outbox.enqueue(testDraft('b3'));
    expect(await readOn()).toEqual(['b3']);
    expect(idsOf(await outbox.read())).toEqual(['a1', 'b1', 'b2', 'b3']);
  });

  test('of two transactions that overlap the one with the lower ids may commit second: a gap in the ids that fills later', async () => {
    const outbox = await open();
    const readOn = cursorReader(outbox);
    const [first, second] = [await openWriter(outbox, 'a1', 'c1'), await openWriter(outbox, 'b1')];
    await second.commit();
    expect(await readOn()).toEqual(['b1']);
    await first.commit();
    expect(await readOn()).toEqual([]);
    expect(idsOf(await outbox.read())).toEqual(['a1', 'c1', 'b1']);
  });

  test('a second writer of a key waits for the first, so ids and numbers of a key are in the order of commits', async () => {
    const outbox = await open();
    const first = await openWriter(outbox, 'a1');
    const second = outbox.enqueue(testDraft('a2'));
    expect(await outbox.read()).toEqual([]);
    await first.commit();
    await second;
    expect((await outbox.read()).map(({ id, sequence, rowId }) => [id, sequence, rowId])).toEqual([
      ['a1', 1, 1],
      ['a2', 2, 2],
    ]);
  });

  test('what the map knows ends below the oldest open writer, so a late commit is never skipped nor its successor shown before it', async () => {
    const outbox = await open({ surveyEvery: 1 });
    const blocked = [{ channel: 'orders', key: 'x' }];
    await outbox.enqueue(...Array.from({ length: 50 }, (_, at) => testDraft(`x${at}`)));
    const late = await openWriter(outbox, 'a1');
    await outbox.enqueue(...Array.from({ length: 50 }, (_, at) => testDraft(`x${at + 50}`)));
    for (let reads = 0; reads < 5; reads += 1) expect(await outbox.read({ blocked })).toEqual([]);
    const successor = outbox.enqueue(testDraft('a2'));
    await late.commit();
    await successor;
    for (let reads = 0; reads < 5; reads += 1) expect(idsOf(await outbox.read({ blocked }))).toEqual(['a1', 'a2']);
    expect(await outbox.read()).toHaveLength(102);
  });

  test('a row without a key that comes late is found as well', async () => {
    const outbox = await open({ surveyEvery: 1 });
    const blocked = [{ channel: 'orders', key: 'x' }];
    const mayEnd = Promise.withResolvers<void>();
    const written = Promise.withResolvers<void>();
    const late = database.transaction(async ({ query }) => {
      await outbox.enqueueIn(query, { ...testDraft('free'), key: undefined });
      written.resolve();
      await mayEnd.promise;
    });
    await written.promise;
    await outbox.enqueue(testDraft('x1'), testDraft('x2'));
    for (let reads = 0; reads < 5; reads += 1) expect(await outbox.read({ blocked })).toEqual([]);
    mayEnd.resolve();
    await late;
    expect(idsOf(await outbox.read({ blocked }))).toEqual(['free']);
  });

  const run = (inOrder: (query: SqlQuery, keys: readonly string[]) => Promise<void>) =>
    Promise.allSettled(
      Array.from({ length: 60 }, (_, at) => {
        const keys = Array.from({ length: 8 }, (__, key) => `k${key}`);
        return database.transaction(({ query }) => inOrder(query, at % 2 === 0 ? keys : keys.toReversed()));
      }),
    );

  test('transactions that publish many keys in any order never deadlock', async () => {
    const outbox = await open();
    const ends = await run((query, keys) => outbox.enqueueIn(query, ...keys.map((key) => testDraft(key, key))));
    expect(ends.filter(({ status }) => status === 'rejected')).toEqual([]);
    const rows = await outbox.read();
    expect(rows).toHaveLength(480);
    for (const ofKey of Map.groupBy(rows, ({ key }) => key).values()) {
      expect(ofKey.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));
    }
  });

  test('the trap it avoids: publishing one by one locks the keys in the order of the calls, and two orders meet in a deadlock', async () => {
    const outbox = await open();
    const ends = await Promise.allSettled(
      [
        ['a', 'b'],
        ['b', 'a'],
      ].map(([first = '', second = '']) =>
        database.transaction(async ({ query }) => {
          await outbox.enqueueIn(query, testDraft(first, first));
          await query('select pg_sleep(0.1)');
          await outbox.enqueueIn(query, testDraft(second, second));
        }),
      ),
    );
    const failed = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as { readonly code?: string }] : []));
    expect(failed.map(({ code }) => code)).toEqual(['40P01']);
  });

  test('eight relays that ask at once never hold a bucket twice, and no token is ever given twice', async () => {
    const outbox = await open();
    const owners = Array.from({ length: 8 }, (_, at) => `relay-${at}`);
    const given = new Map<string, string>();
    for (let round = 0; round < 30; round += 1) {
      // Some leases run out at once, some last; some give up what they hold.
      const grants = await Promise.all(
        owners.map(async (owner, at) => {
          const leaseMs = (round + at) % 3 === 0 ? 1 : 5000;
          const bucketsMax = (round * 7 + at * 5) % 20;
          return { owner, leaseMs, ...(await outbox.lease({ owner, leaseMs, bucketsMax })) };
        }),
      );
      for (const { owner, leases, relays } of grants) {
        expect(relays).toBeLessThanOrEqual(8);
        for (const { bucket, token } of leases) {
          const right = `${bucket}/${token}`;
          expect(given.get(right) ?? owner).toBe(owner);
          given.set(right, owner);
        }
      }
      const lasting = grants
        .filter(({ leaseMs }) => leaseMs === 5000)
        .flatMap(({ leases }) => leases.map(({ bucket }) => bucket));
      expect(new Set(lasting).size).toBe(lasting.length);
    }
  });

  test('relays that share come to hold every bucket once', async () => {
    const outbox = await open();
    const owners = Array.from({ length: 8 }, (_, at) => `relay-${at}`);
    let held: readonly number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const grants = await Promise.all(owners.map((owner) => outbox.lease({ owner, bucketsMax: 8 })));
      held = grants.flatMap(({ leases }) => leases.map(({ bucket }) => bucket));
    }
    expect(held.toSorted((left, right) => left - right)).toEqual(Array.from({ length: 64 }, (_, bucket) => bucket));
  });
});
