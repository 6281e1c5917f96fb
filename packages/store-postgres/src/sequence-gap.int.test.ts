import { setTimeout as sleep } from 'node:timers/promises';
import { findBroker } from '@waybill/conformance/brokers';
import { createBus, defineCommand } from '@waybill/core';
import type { BusEvent, Logger } from '@waybill/core';
import { memoryTransport } from '@waybill/transport-memory';
import { Client } from 'pg';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { pgDatabase } from './pg/pg-database.ts';
import { postgresStore } from './postgres-store.ts';

// A machine that is busy with other servers makes them slow, not wrong.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const server = await findBroker('postgres', 'the alarm for missing numbers');
const url = server?.address ?? '';
const gapMsMax = 400;

const Book = defineCommand({
  name: 'book',
  version: 1,
  schema: z.object({ account: z.string(), number: z.int() }),
  orderingKey: ({ account }) => account,
});

let admin: Client;
let writer: ReturnType<typeof openBus>;
const ends: (() => Promise<unknown>)[] = [];

function openBus(relay: 'auto' | 'off') {
  const events: BusEvent[] = [];
  const warnings: object[] = [];
  const ignore = (): void => undefined;
  const log: Logger = { debug: ignore, info: ignore, warn: (fields) => void warnings.push(fields), error: ignore };
  const bus = createBus({
    transport: memoryTransport(),
    store: postgresStore({ database: pgDatabase({ url }) }),
    relay,
    log,
    observe: (event) => void events.push(event),
  });
  ends.push(() => bus.stop());
  return { bus, events, warnings };
}

/** Handles what is there; what is booked stands in the database. */
function openReader(onPoison: 'park-key' | 'dead-letter') {
  const reader = openBus('auto');
  reader.bus.handle(
    Book,
    async ({ account, number }, { transaction }) => {
      await transaction?.query('insert into bookings (account, number) values ($1, $2)', [account, String(number)]);
    },
    { effect: 'once', order: 'per-key', onPoison, retry: { gapMsMax } },
  );
  return reader;
}
const book = (account: string, number: number): Promise<unknown> =>
  writer.bus.transaction(({ send }) => send(Book, { account, number }));
const booked = async (account: string): Promise<readonly number[]> => {
  const { rows } = await admin.query<{ readonly number: number }>(
    'select number from bookings where account = $1 order by id',
    [account],
  );
  return rows.map(({ number }) => number);
};
const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await holds())) await sleep(5);
};

beforeEach(async ({ skip }) => {
  skip(server === undefined, 'PostgreSQL cannot be had here.');
  admin = new Client({ connectionString: url });
  await admin.connect();
  ends.push(() => admin.end());
  await admin.query(`drop schema if exists waybill cascade; drop table if exists bookings;
    create table bookings (id bigint generated always as identity, account text not null, number int not null)`);
  writer = openBus('off');
  await writer.bus.start();
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});
afterAll(() => server?.stop());

test('a number that never comes is waited for within bounds, then told by a code, and parks its key and no other', async () => {
  for (const number of [1, 2, 3, 4]) await book('a', number);
  await book('b', 1);
  // Somebody cleans up by hand what was not sent yet.
  await admin.query("delete from waybill.outbox where key = 'a' and sequence = 2");
  const { bus, events, warnings } = openReader('park-key');
  const gaps = () => events.filter(({ event }) => event === 'sequence-gap');
  const begun = performance.now();
  await bus.start();
  await until(async () => (await booked('b')).length === 1);
  await until(() => gaps().length > 0);
  expect(performance.now() - begun).toBeGreaterThanOrEqual(gapMsMax);
  expect(gaps()).toMatchObject([{ subscription: 'book', expected: 2 }]);
  expect(warnings).toContainEqual(expect.objectContaining({ code: 'sequence-gap', subscription: 'book', expected: 2 }));
  await bus.drain({ timeoutMs: 30_000 });
  expect(await booked('a')).toEqual([1]);
  const { letters } = await bus.deadLetters.list();
  expect(letters.map(({ reason, role }) => [reason, role])).toEqual([
    ['sequence-gap', 'poison'],
    ['key-parked', 'behind'],
  ]);
  expect((await admin.query("select from waybill.parked_keys where key = 'a'")).rows).toHaveLength(1);

  // What comes later waits behind it, and goes on when an operator gives the number up.
  await book('a', 5);
  await bus.drain({ timeoutMs: 30_000 });
  expect(await booked('a')).toEqual([1]);
  expect(await bus.deadLetters.replay({}, { overGap: true })).toEqual({ replayed: 3, failed: 0, held: 0 });
  await book('a', 6);
  await bus.drain({ timeoutMs: 30_000 });
  expect(await booked('a')).toEqual([1, 3, 4, 5, 6]);
});

test('a key is parked behind a missing number also where poison alone would not park it', async () => {
  for (const number of [1, 2, 3]) await book('a', number);
  await admin.query('delete from waybill.outbox where sequence = 2');
  const { bus, events } = openReader('dead-letter');
  await bus.start();
  await until(() => events.some(({ event }) => event === 'dead-lettered'));
  expect(await bus.deadLetters.list()).toMatchObject({ letters: [{ reason: 'sequence-gap' }] });
  expect(await booked('a')).toEqual([1]);
});
