import { fork } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findBroker } from '@waybill/conformance/brokers';
import { createRelay } from '@waybill/core';
import type { Logger } from '@waybill/core';
import { recordingTransport } from '@waybill/core/testing';
import { Client } from 'pg';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { pgDatabase } from '../pg/pg-database.ts';
import type { PgDatabaseOptions } from '../pg/pg-options.ts';
import { pgliteDatabase } from '../pglite/pglite-database.ts';
import { postgresStore } from '../postgres-store.ts';
import type { PostgresStore } from '../postgres-store.ts';
import { testDraft } from '../testing/test-outbox.ts';

// A machine that is busy with other servers makes them slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const server = await findBroker('postgres', 'relays that are woken by NOTIFY');
const url = server?.address ?? 'postgres://localhost';
/** What a row that only the poll would find takes at least. */
const pollMs = 30_000;
const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});
afterAll(() => server?.stop());

/** A relay that notes when each row was sent. */
function startRelay(store: PostgresStore<unknown>, options: { readonly pollMs: number; readonly log?: Logger }) {
  const sentAt = new Map<string, number>();
  const transport = recordingTransport({
    onBatch: (messages) => {
      for (const { id } of messages) sentAt.set(id, performance.now());
    },
  });
  const relay = createRelay({ store, transport, ...options });
  relay.start();
  ends.push(() => relay.stop());
  const arrival = async (id: string): Promise<number> => {
    for (;;) {
      const at = sentAt.get(id);
      if (at !== undefined) return at;
      await sleep(1);
    }
  };
  return { relay, sentAt, arrival };
}

describe.skipIf(server === undefined)('on PostgreSQL', () => {
  let schemas = 0;

  async function openStore(options: PgDatabaseOptions & { readonly notify?: boolean } = {}) {
    const { notify = true, ...database } = options;
    const schema = `hints_${schemas}`;
    const store = postgresStore({
      database: pgDatabase({ url, reconnectMs: { first: 5, max: 20 }, ...database }),
      schema,
      notify,
    });
    await store.open();
    ends.push(() => store.close());
    return { store, schema };
  }
  const nextSchema = (): void => {
    schemas += 1;
  };
  const write = ({ transaction }: PostgresStore<unknown>, id: string): Promise<void> =>
    transaction(({ enqueue }) => enqueue([testDraft(id, id)]));
  const asAdmin = async <Row>(text: string): Promise<readonly Row[]> => {
    const admin = new Client({ connectionString: url });
    await admin.connect();
    try {
      return (await admin.query<Row & Record<string, unknown>>(text)).rows;
    } finally {
      await admin.end();
    }
  };
  const listener = "from pg_stat_activity where query like 'listen%' and pid <> pg_backend_pid()";
  const untilListening = async (): Promise<void> => {
    while ((await asAdmin(`select pid ${listener}`)).length === 0) await sleep(10);
  };

  test('a row that another process writes is sent at once, with a poll of thirty seconds', async () => {
    nextSchema();
    const { store, schema } = await openStore();
    const { relay, arrival } = startRelay(store, { pollMs });
    await relay.idle();
    await untilListening();
    const program = fileURLToPath(new URL('../testing/writer-child.ts', import.meta.url));
    const writer = fork(program, [url, schema], { execArgv: ['--conditions=source'], stdio: 'inherit' });
    ends.push(async () => writer.kill());
    const latencies: number[] = [];
    for (let round = 0; round < 30; round += 1) {
      writer.send(`m-${round}`);
      const sent = arrival(`m-${round}`);
      await once(writer, 'message');
      const committedAt = performance.now();
      latencies.push((await sent) - committedAt);
      await sleep(25);
    }
    const median = latencies.toSorted((a, b) => a - b)[15] ?? NaN;
    process.stderr.write(`a row of another process was sent ${median.toFixed(1)} ms after its commit (median of 30)\n`);
    expect(Math.max(...latencies)).toBeLessThan(pollMs / 3);
  });

  test('relays in two processes that share the buckets are both woken by what either writes', async () => {
    nextSchema();
    const { store } = await openStore();
    const { store: other } = await openStore();
    const relays = [startRelay(store, { pollMs }), startRelay(other, { pollMs })];
    for (const { relay } of relays) await relay.idle();
    await sleep(500);
    const ids = Array.from({ length: 40 }, (_, at) => `m-${at}`);
    const begun = performance.now();
    for (const id of ids) await write(store, id);
    await Promise.all(ids.map((id) => Promise.race(relays.map(({ arrival }) => arrival(id)))));
    expect(performance.now() - begun).toBeLessThan(pollMs / 3);
  });

  test('a listener whose backend is terminated listens again, and is woken for what came meanwhile', async () => {
    nextSchema();
    const { store } = await openStore();
    const { store: writer } = await openStore();
    const { relay, arrival } = startRelay(store, { pollMs });
    await relay.idle();
    const begun = performance.now();
    for (let round = 0; round < 5; round += 1) {
      await untilListening();
      await asAdmin(`select pg_terminate_backend(pid) ${listener}`);
      await write(writer, `missed-${round}`);
      await arrival(`missed-${round}`);
      await untilListening();
      await write(writer, `heard-${round}`);
      await arrival(`heard-${round}`);
    }
    expect(performance.now() - begun).toBeLessThan(pollMs / 2);
  });

  test.each([
    ['nobody notifies', { notify: false }, {}],
    ['nobody listens', {}, { listenUrl: 'off' }],
    ['the listener finds no server', {}, { listenUrl: 'postgres://postgres@127.0.0.1:1/postgres' }],
  ] as const)('where %s, a row waits for the poll and no longer', async (_, ofWriter, ofRelay) => {
    nextSchema();
    const { store } = await openStore(ofRelay);
    const { store: writer } = await openStore(ofWriter);
    const { relay, arrival, sentAt } = startRelay(store, { pollMs: 5000 });
    await relay.idle();
    // From here on a poll lies ahead, whose time is known.
    await sleep(100);
    await write(writer, 'm');
    await sleep(500);
    expect(sentAt.size).toBe(0);
    await arrival('m');
  });

  test('a store that only writes notifies before it is closed', async () => {
    nextSchema();
    const { store } = await openStore();
    const { relay, arrival } = startRelay(store, { pollMs });
    await relay.idle();
    await untilListening();
    const { store: writer } = await openStore();
    const begun = performance.now();
    await write(writer, 'last words');
    await writer.close();
    await arrival('last words');
    expect(performance.now() - begun).toBeLessThan(pollMs / 3);
  });

  test('a store that nobody can tell anything warns once', async () => {
    nextSchema();
    const { store } = await openStore({ listenUrl: 'postgres://postgres@127.0.0.1:1/postgres' });
    const warnings: object[] = [];
    const log: Logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: (fields) => void warnings.push(fields),
      error: () => undefined,
    };
    const { relay } = startRelay(store, { pollMs: 50, log });
    await relay.idle();
    while (warnings.length === 0) await sleep(20);
    expect(warnings[0]).toMatchObject({
      code: 'unavailable',
      pollMs: 50,
      reason: expect.stringContaining('ECONNREFUSED') as string,
    });
  });
});

test('on PGlite, stores of one database wake each other', async () => {
  const database = pgliteDatabase();
  ends.push(() => database.close());
  const open = async (): Promise<PostgresStore<unknown>> => {
    const store = postgresStore({ database: { ...database, close: async () => undefined } });
    await store.open();
    ends.push(() => store.close());
    return store;
  };
  const { relay, arrival } = startRelay(await open(), { pollMs });
  await relay.idle();
  const writer = await open();
  const begun = performance.now();
  await writer.transaction(({ enqueue }) => enqueue([testDraft('m', 'm')]));
  await arrival('m');
  expect(performance.now() - begun).toBeLessThan(pollMs / 3);
});
