import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { createRelay } from '@waybill/core';
import type { OutboxDraft, OutboxRow } from '@waybill/core/driver';
import { recordingTransport } from '@waybill/core/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { pgDatabase } from '../pg/pg-database.ts';
import { postgresStore } from '../postgres-store.ts';
import { everyBucket, idsOf, openTestOutbox, testDraft } from '../testing/test-outbox.ts';
import { createMoveDue } from './move-due.ts';

const broker = await findBroker('postgres', 'scheduled messages on a server');
const url = broker?.address ?? 'postgres://localhost';
const database = pgDatabase({ url, connectionsMax: 12, ownConnectionsMax: 8 });

afterAll(async () => {
  await database.close();
  await broker?.stop();
});

const scheduled = (id: string, delayMs: number, key = id.charAt(0)): OutboxDraft => ({
  ...testDraft(id, key),
  delayMs,
  delayedBy: 'store',
});

/** Its numbers without a gap, in the order of the ids of the rows and of the messages. */
function expectDense(rows: readonly OutboxRow[]): void {
  for (const ofKey of Map.groupBy(rows, ({ key }) => key).values()) {
    const inOrder = ofKey.toSorted((left, right) => left.rowId - right.rowId);
    expect(inOrder.map(({ sequence }) => sequence)).toEqual(inOrder.map((_, at) => at + 1));
    expect(idsOf(inOrder)).toEqual(idsOf(inOrder).toSorted());
  }
}

/** Until a session waits for a lock. */
async function untilOneWaits(): Promise<number> {
  for (;;) {
    const { rows } = await database.query(
      "select pid::text as pid from pg_stat_activity where wait_event_type = 'Lock' and query like '%pg_try_advisory_xact_lock%'",
    );
    if (rows[0] !== undefined) return Number(rows[0]['pid']);
    await sleep(5);
  }
}

describe.skipIf(broker === undefined)('on PostgreSQL', { timeout: 60_000 }, () => {
  let schemas = 0;
  const open = (lockTimeoutMs?: number) => {
    schemas += 1;
    const name = `scheduled_${schemas}`;
    return openTestOutbox(database, { name, ...(lockTimeoutMs === undefined ? {} : { lockTimeoutMs }) });
  };
  const scheduledIn = async (schema: string): Promise<number> =>
    Number((await database.query(`select count(*)::text as count from ${schema}.scheduled`)).rows[0]?.['count']);

  test('readers that hold the same buckets move each message once, and keep the order of their times', async () => {
    const outbox = await open();
    const ids = Array.from({ length: 3000 }, (_, at) => String(at).padStart(5, '0'));
    await outbox.enqueue(...ids.map((id, at) => scheduled(id, 1 + at / 1000, `k${at % 5}`)));
    await sleep(20);
    await Promise.all(Array.from({ length: 8 }, () => outbox.readPage()));
    while ((await outbox.readPage()).nextDueInMs !== undefined) await sleep(1);
    const { rows } = await database.query(
      `select envelope::json ->> 'id' as id, key, sequence::int as number from ${outbox.schema}.outbox order by id`,
    );
    expect(rows.map(({ id }) => String(id)).toSorted()).toEqual(ids);
    for (const ofKey of Map.groupBy(rows, ({ key }) => key).values()) {
      expect(ofKey.map(({ number }) => number)).toEqual(ofKey.map((_, at) => at + 1));
      const order = ofKey.map(({ id }) => String(id));
      expect(order).toEqual(order.toSorted());
    }
    expect(await scheduledIn(outbox.schema)).toBe(0);
  });

  test('writers of a key go on while its messages fall due, and no number is missing', async () => {
    const outbox = await open();
    await outbox.enqueue(...Array.from({ length: 200 }, (_, at) => scheduled(`a${at}`, at * 2)));
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let at = 0; at < 50; at += 1) await outbox.enqueue(testDraft(`a-${writer}-${at}`, 'a'));
    });
    const reads = (async () => {
      while ((await outbox.readPage()).nextDueInMs !== undefined) await sleep(3);
    })();
    await Promise.all([...writers, reads]);
    const rows = await outbox.read();
    expect(rows.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 400 }, (_, at) => at + 1));
  });

  test('a writer that has frozen with the counter of a key holds back neither what is in the outbox nor, once gone, what is due', async () => {
    const outbox = await open(50);
    await outbox.enqueue(testDraft('b1'), testDraft('a1'), scheduled('a2', 1), scheduled('b2', 1));
    const mayEnd = Promise.withResolvers<void>();
    const wrote = Promise.withResolvers<void>();
    const frozen = database.transaction(async ({ query }) => {
      await outbox.enqueueIn(query, testDraft('a3'));
      wrote.resolve();
      await mayEnd.promise;
      throw new Error('gone');
    });
    await wrote.promise;
    const page = await outbox.readPage();
    expect([idsOf(page.rows), page.nextDueInMs]).toEqual([['b1', 'a1'], undefined]);
    expect(await scheduledIn(outbox.schema)).toBe(2);
    mayEnd.resolve();
    await expect(frozen).rejects.toThrow('gone');
    const rows = await outbox.read();
    expect(idsOf(rows)).toEqual(['b1', 'a1', 'a2', 'b2']);
    expectDense(rows);
  });

  test('a reader that dies between due and moved leaves all of it scheduled, for the next one', async () => {
    const name = 'scheduled_death';
    const dying = pgDatabase({ url });
    const outbox = await openTestOutbox(database, { name });
    const reader = await openTestOutbox(database, { name, query: dying.query, lockTimeoutMs: 30_000 });
    await outbox.enqueue(testDraft('a1'), scheduled('a2', 1), scheduled('b1', 1));
    await sleep(5);
    const mayEnd = Promise.withResolvers<void>();
    const wrote = Promise.withResolvers<void>();
    const holder = database.transaction(async ({ query }) => {
      await query(`select from ${outbox.schema}.sequences where key = 'a' for update`);
      wrote.resolve();
      await mayEnd.promise;
    });
    await wrote.promise;
    const ended = reader.readPage().catch(String);
    await database.query(`select pg_terminate_backend(${await untilOneWaits()})::text`);
    expect(await ended).toContain('terminating connection');
    await dying.close();
    expect(await scheduledIn(outbox.schema)).toBe(2);
    mayEnd.resolve();
    await holder;
    const rows = await outbox.read();
    expect(idsOf(rows)).toEqual(['a1', 'a2', 'b1']);
    expectDense(rows);
  });

  test('a read is one statement while nothing is due, and looks at one of ten thousand that are scheduled', async () => {
    const asked: (readonly [string, readonly unknown[] | undefined])[] = [];
    const name = 'scheduled_cost';
    const outbox = await openTestOutbox(database, {
      name,
      query: (text, values) => {
        asked.push([text, values]);
        return database.query(text, values);
      },
    });
    await database.query(`
      insert into ${outbox.schema}.scheduled (due_at, bucket, kind, channel, key, envelope, body_text)
      select now() + g * interval '1 h', g % 64, 'event', 'orders', 'k' || g, '{}', '' from generate_series(1, 10000) g`);
    await database.query(`analyze ${outbox.schema}.scheduled`);
    expect((await outbox.readPage()).rows).toEqual([]);
    expect(asked).toHaveLength(1);
    const [text, values] = asked[0] ?? [''];
    const { rows } = await database.query(`explain (analyze, costs off, timing off) ${text}`, values);
    const lines = rows.map((row) => String(row['QUERY PLAN'])).filter((line) => line.includes('scheduled'));
    expect(lines).toEqual([expect.stringMatching(/Index Only Scan using scheduled_pkey .*actual rows=1 loops=1/u)]);
  });

  test('a move waits for the disk where nothing else does, and for a counter no longer than it was told', async () => {
    const outbox = await open();
    await outbox.enqueue(scheduled('a1', 1));
    await sleep(5);
    const settings = await database.transaction(async ({ query }) => {
      await query('set local synchronous_commit = off');
      const { count } = await createMoveDue({ schema: outbox.schema, epoch: "'e1'", lockTimeoutMs: 70 })(
        query,
        everyBucket,
      );
      expect(count).toBe(1);
      return query("select current_setting('synchronous_commit') as commit, current_setting('lock_timeout') as lock");
    });
    expect(settings.rows).toEqual([{ commit: 'on', lock: '70ms' }]);
  });

  test('what is known of the outbox does not hide what falls due later', async () => {
    const outbox = await openTestOutbox(database, { name: 'scheduled_map', surveyEvery: 1 });
    const blocked = [{ channel: 'orders', key: 'x' }];
    await outbox.enqueue(testDraft('x1'), scheduled('a1', 30));
    for (let reads = 0; reads < 5; reads += 1) await outbox.read({ blocked });
    await sleep(40);
    expect(idsOf(await outbox.read({ blocked }))).toEqual(['a1']);
  });

  test('a message of a bucket that nobody holds wakes others only once, and keeps nothing of theirs', async () => {
    const outbox = await open();
    await outbox.enqueue(scheduled('a1', 1), scheduled('b1', 3_600_000));
    await sleep(5);
    const [bucket] = (
      await database.query(`select bucket::int as bucket from ${outbox.schema}.scheduled where key = 'a'`)
    ).rows;
    const others = everyBucket.filter((each) => each !== bucket?.['bucket']);
    const page = await outbox.readPage({ buckets: others });
    expect(page.rows).toEqual([]);
    expect(page.nextDueInMs).toBeGreaterThan(3_500_000);
    expect(idsOf(await outbox.read())).toEqual(['a1']);
  });

  test('two relays send each of a thousand scheduled messages once, none early, soon after its time and in order', async () => {
    const options = { schema: 'scheduled_relays' };
    const store = postgresStore({ ...options, database: pgDatabase({ url }) });
    await store.open();
    const sentAt = new Map<string, number>();
    const transport = recordingTransport({
      onBatch: (messages) => {
        for (const { id } of messages) sentAt.set(id, performance.now());
      },
    });
    const stores = [1, 2].map(() => postgresStore({ ...options, database: pgDatabase({ url }) }));
    const relays = stores.map((own) => createRelay({ store: own, transport, leaseMs: 2000, pollMs: 100 }));
    for (const relay of relays) relay.start();
    const dueAt = new Map<string, number>();
    try {
      for (let turn = 0; turn < 50; turn += 1) {
        const drafts = Array.from({ length: 20 }, (_, at) => {
          const delayMs = 200 + ((turn * 37 + at * 91) % 1000);
          return scheduled(`${turn}-${at}`, delayMs, `k${at}`);
        });
        const fromMs = performance.now();
        await store.transaction(({ enqueue }) => enqueue(drafts));
        for (const { id, delayMs } of drafts) dueAt.set(id, fromMs + delayMs);
      }
      const patienceMs = performance.now() + 30_000;
      while (sentAt.size < dueAt.size && performance.now() < patienceMs) await sleep(20);
    } finally {
      for (const relay of relays) await relay.stop();
      for (const own of [...stores, store]) await own.close();
    }
    const sent = transport.sent.map(({ message }) => message);
    expect(sent.map(({ id }) => id).toSorted()).toEqual([...dueAt.keys()].toSorted());
    for (const ofKey of Map.groupBy(sent, ({ key }) => key).values()) {
      const numbers = ofKey.map(({ headers }) => Number(headers['wb-sequence']));
      expect(numbers).toEqual(numbers.map((_, at) => at + 1));
    }
    const late = [...sentAt].map(([id, atMs]) => atMs - (dueAt.get(id) ?? Infinity)).toSorted((a, b) => a - b);
    expect(late[0]).toBeGreaterThanOrEqual(0);
    const half = late[Math.floor(late.length / 2)] ?? 0;
    process.stdout.write(`2 relays: ${sent.length} scheduled, half within ${half.toFixed(0)} ms of their time\n`);
  });
});
