import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBroker } from '@waybill/conformance/brokers';
import { createBus, createMemoryStoreState, defineEvent, memoryStore } from '@waybill/core';
import type { Bus, MemoryTables } from '@waybill/core';
import type { StoreDriver } from '@waybill/core/driver';
import { recordingTransport } from '@waybill/core/testing';
import { memoryTransport } from '@waybill/transport-memory';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { pgDatabase } from '../pg/pg-database.ts';
import { pgliteDatabase } from '../pglite/pglite-database.ts';
import { postgresStore } from '../postgres-store.ts';
import type { Database, SqlTransaction } from '../sql/database.ts';

// PGlite takes seconds to start, and several files start it at once.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const server = await findBroker('postgres', 'dead letters through a bus on a PostgreSQL server');
const folder = await mkdtemp(join(tmpdir(), 'waybill-letters-'));

/** Where a shop keeps everything; each store that is opened is that of another process. */
interface Place {
  readonly openStore: () => StoreDriver;
  readonly note: (native: unknown, id: string) => Promise<void>;
  readonly noted: (store: StoreDriver) => Promise<readonly string[]>;
}

function inMemory(): Place {
  const state = createMemoryStoreState('e');
  return {
    openStore: () => memoryStore({ state }),
    note: async (native, id) => (native as MemoryTables).table('done').insert(id, id),
    noted: async () => memoryStore({ state }).tables.table<string>('done').rows(),
  };
}

function onDatabase(open: () => Database): Place {
  const ask = async (native: unknown, text: string, ...values: readonly string[]) =>
    (await (native as SqlTransaction).query(text, values)).rows;
  const table = 'create table if not exists letters_done (at bigint generated always as identity, id text not null)';
  return {
    openStore: () => postgresStore({ database: open() }) as StoreDriver,
    note: async (native, id) => {
      await ask(native, table);
      await ask(native, 'insert into letters_done (id) values ($1)', id);
    },
    noted: (store) =>
      store.transaction(async ({ native }) => {
        await ask(native, table);
        return (await ask(native, 'select id from letters_done order by at')).map(({ id }) => String(id));
      }),
  };
}

const places: readonly (readonly [string, () => Place])[] = [
  ['memory', inMemory],
  ['PGlite in a folder', () => onDatabase(() => pgliteDatabase({ folder }))],
  ...(server === undefined
    ? []
    : [['PostgreSQL', () => onDatabase(() => pgDatabase({ url: server.address }))] as const]),
];

const OrderPaid = defineEvent({
  name: 'order-paid',
  version: 1,
  schema: z.object({ orderId: z.string(), number: z.int() }),
  orderingKey: ({ orderId }) => orderId,
});
const subscription = 'order-paid/stock';

afterAll(async () => {
  await rm(folder, { recursive: true });
  await server?.stop();
});

describe.each(places)('on %s', (_, createPlace) => {
  const place = createPlace();
  const broken = new Set<string>();
  let store: StoreDriver;
  let bus: Bus;

  /** Another process on what the last one has left behind. */
  const start = async (): Promise<void> => {
    store = place.openStore();
    bus = createBus({ transport: memoryTransport(), store });
    bus.handle(
      OrderPaid,
      async ({ orderId, number }, { transaction }) => {
        if (broken.has(`${orderId}${number}`)) throw new Error(`no stock for ${number}`);
        await place.note(transaction, `${orderId}${number}`);
      },
      { group: 'stock', onPoison: 'park-key', effect: 'once', retry: { attemptsMax: 2, backoffMs: 1 } },
    );
    await bus.start();
  };
  const restart = async (): Promise<void> => {
    await bus.stop();
    await start();
  };
  const publish = async (orderId: string, ...numbers: readonly number[]): Promise<void> => {
    await bus.publishAll(
      OrderPaid,
      numbers.map((number) => ({ orderId, number })),
    );
    await bus.drain({ timeoutMs: 30_000 });
  };
  const listed = async (filter = {}) =>
    (await bus.deadLetters.list({ subscription, ...filter })).letters.map(({ role, key, body }) => [
      role,
      `${key}${(JSON.parse(new TextDecoder().decode(body)) as { readonly number: number }).number}`,
    ]);

  beforeEach(start);
  afterEach(async () => {
    broken.clear();
    await bus.deadLetters.purge({ limit: 1000 }, 'the test is over');
    await bus.stop();
  });

  test('what is parked is listed in order and read whole, also by the next process', async () => {
    broken.add('a1');
    await publish('a', 1, 2, 3);
    await publish('b', 1);
    const parked = [
      ['poison', 'a1'],
      ['behind', 'a2'],
      ['behind', 'a3'],
    ];
    expect(await listed()).toEqual(parked);
    const [before] = (await bus.deadLetters.list()).letters;
    await restart();
    expect(await listed()).toEqual(parked);
    expect(await listed({ key: 'b' })).toEqual([]);
    const { letters, next } = await bus.deadLetters.list({ limit: 2 });
    expect(letters).toHaveLength(2);
    expect(await listed({ after: next })).toEqual([['behind', 'a3']]);
    expect(await bus.deadLetters.read(before?.id ?? '')).toEqual(before);
    expect(before).toMatchObject({
      reason: 'attempts-exhausted',
      error: 'Error: no stock for 1',
      attempts: 2,
      key: 'a',
    });
    expect(await bus.health()).toMatchObject({ status: 'running' });
    expect(await store.inspect()).toMatchObject({ deadLetters: 3, parkedKeys: 1 });
    expect(await place.noted(store)).toContain('b1');
    await expect(bus.deadLetters.read('nobody')).rejects.toMatchObject({ code: 'dead-letter-not-found' });
  });

  test('a replay by the next process has each effect once and in order, and the key goes on', async () => {
    broken.add('c1');
    await publish('c', 1, 2);
    await restart();
    await publish('c', 3);
    expect(await bus.deadLetters.replay({ subscription })).toEqual({ replayed: 0, failed: 1, held: 2 });
    expect((await bus.deadLetters.list()).letters.map(({ replays }) => replays)).toEqual([1, 0, 0]);
    broken.clear();
    await restart();
    expect(await bus.deadLetters.replay({ subscription })).toEqual({ replayed: 3, failed: 0, held: 0 });
    expect(await bus.deadLetters.replay({ subscription })).toEqual({ replayed: 0, failed: 0, held: 0 });
    await publish('c', 4);
    expect((await place.noted(store)).filter((id) => id.startsWith('c'))).toEqual(['c1', 'c2', 'c3', 'c4']);
    expect(await store.inspect()).toMatchObject({ deadLetters: 0, parkedKeys: 0 });
  });

  test('what is purged by the next process is gone for good, its neighbours are not, and its key goes on', async () => {
    broken.add('d1');
    broken.add('e1');
    await publish('d', 1, 2);
    await publish('e', 1);
    await restart();
    expect(await bus.deadLetters.purge({ key: 'd' }, 'paid in cash')).toEqual({ purged: 2 });
    await restart();
    expect(await listed()).toEqual([['poison', 'e1']]);
    await publish('d', 3);
    expect((await place.noted(store)).filter((id) => id.startsWith('d'))).toEqual(['d3']);
    await expect(bus.deadLetters.purge({ key: 'e' }, '')).rejects.toMatchObject({ code: 'invalid-options' });
    expect(await store.inspect()).toMatchObject({ deadLetters: 1, parkedKeys: 1 });
  });

  test('what no broker takes parks its key in the outbox, and the next process replays or purges it', async () => {
    await bus.stop();
    const refused = new Set(['f1', 'g1']);
    const startSending = async () => {
      const transport = recordingTransport({ refuse: ({ id }) => (refused.has(id) ? 'message-too-large' : undefined) });
      store = place.openStore();
      bus = createBus({ transport, store });
      await bus.start();
      return () => transport.sent.map(({ message }) => message.id);
    };
    const sentByFirst = await startSending();
    await bus.transaction(async (transaction) => {
      for (const id of ['f1', 'f2', 'g1', 'g2', 'h1']) {
        await transaction.publish(OrderPaid, { orderId: id.charAt(0), number: 1 }, { id });
      }
    });
    await vi.waitFor(
      async () => expect(await store.inspect()).toMatchObject({ outboxRows: 0, deadLetters: 2 }),
      30_000,
    );
    expect(sentByFirst()).toEqual(['h1']);

    await bus.stop();
    refused.clear();
    const sentByNext = await startSending();
    const letters = (await bus.deadLetters.list({ subscription: 'outbox' })).letters;
    expect(letters.map(({ key, reason }) => [key, reason])).toEqual([
      ['f', 'message-too-large'],
      ['g', 'message-too-large'],
    ]);
    const replayed = await bus.deadLetters.replay({ subscription: 'outbox', key: 'f' });
    expect(replayed).toEqual({ replayed: 1, failed: 0, held: 0 });
    expect(await bus.deadLetters.purge({ subscription: 'outbox', key: 'g' }, 'too large for ever')).toEqual({
      purged: 1,
    });
    await vi.waitFor(() => expect(sentByNext().toSorted()).toEqual(['f1', 'f2', 'g2']), 30_000);
    expect(sentByNext().filter((id) => id.startsWith('f'))).toEqual(['f1', 'f2']);
  });
});
