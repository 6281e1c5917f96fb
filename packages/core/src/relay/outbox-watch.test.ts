import { expect, test } from 'vitest';
import { z } from 'zod';
import type { BusEvent } from '../bus/bus-event.ts';
import { silentLogger } from '../bus/logger.ts';
import type { Logger } from '../bus/logger.ts';
import { defineCommand } from '../contracts/define-command.ts';
import type { OutboxDraft, StoreDriver } from '../driver/index.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import { recordingTransport } from '../testing/recording-transport.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { testBus } from '../testing/test-bus.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { createRelay } from './create-relay.ts';
import { OutboxWatch } from './outbox-watch.ts';

const draft = (id: string): OutboxDraft => ({
  address: { kind: 'event', channel: 'order-paid' },
  id,
  key: id,
  deduplicationKey: id,
  headers: {},
  body: new Uint8Array(),
  delayMs: 0,
});

/** A watch over a store that nobody relays from. */
function createWorld(changes: (store: StoreDriver) => Partial<StoreDriver> = () => ({})) {
  const clock = virtualClock();
  const store = memoryStore({ clock });
  const events: BusEvent[] = [];
  const lines: string[] = [];
  const at = (level: string) => (fields: object) => void lines.push(`${level} ${JSON.stringify(fields)}`);
  const log: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const watch = new OutboxWatch(
    { store: { ...store, ...changes(store) }, clock, log, observe: (event) => void events.push(event) },
    60_000,
  );
  const write = (id: string): Promise<void> => store.transaction(({ enqueue }) => enqueue([draft(id)]));
  const sendAll = async (): Promise<void> => {
    const { leases } = await store.leaseBuckets({ owner: 'r', bucketsMax: 64, leaseMs: 1000 });
    const { rows } = await store.readOutbox({
      buckets: leases.map(({ bucket }) => bucket),
      blocked: [],
      blockedChannels: [],
      limit: 100,
    });
    await store.deleteOutbox({ leases, rowIds: rows.map(({ rowId }) => rowId) });
  };
  return { clock, watch, write, sendAll, events, lines };
}

test('a row that waits too long raises the alarm once, and all is well is told once', async () => {
  const { clock, watch, write, sendAll, events, lines } = createWorld();
  watch.start();
  await write('a');
  await clock.advance(60_000);
  expect(events).toEqual([]);
  await clock.advance(15_000);
  expect(events).toEqual([{ event: 'outbox-stale', code: 'outbox-stale', rows: 1, oldestAgeMs: 75_000 }]);
  await write('b');
  await clock.advance(300_000);
  expect(events).toHaveLength(1);
  await sendAll();
  await clock.advance(300_000);
  expect(events.slice(1)).toEqual([{ event: 'outbox-healthy', rows: 0, oldestAgeMs: 0 }]);
  expect(lines).toEqual([
    'warn {"code":"outbox-stale","rows":1,"oldestAgeMs":75000}',
    'info {"rows":0,"oldestAgeMs":0}',
  ]);
});

test('rows that are sent in time never raise it, however many and however long', async () => {
  const { clock, watch, write, sendAll, events } = createWorld();
  watch.start();
  for (let round = 0; round < 20; round += 1) {
    await write(`${round}`);
    await clock.advance(59_000);
    await sendAll();
  }
  expect(events).toEqual([]);
});

test('a store that cannot be asked changes nothing of what was told', async () => {
  let isDown = false;
  const { clock, watch, write, events, lines } = createWorld((store) => ({
    inspect: () => (isDown ? Promise.reject(new Error('down')) : store.inspect()),
  }));
  watch.start();
  await write('a');
  await clock.advance(75_000);
  isDown = true;
  await clock.advance(300_000);
  isDown = false;
  await clock.advance(300_000);
  expect(events).toMatchObject([{ event: 'outbox-stale' }]);
  expect(lines.some((line) => line.startsWith('debug'))).toBe(true);
});

test('nobody looks after a stop, nor where no age is too old', async () => {
  let looks = 0;
  const counting = (store: StoreDriver): Partial<StoreDriver> => ({
    inspect: () => {
      looks += 1;
      return store.inspect();
    },
  });
  const { clock, watch } = createWorld(counting);
  watch.start();
  await clock.advance(15_000);
  expect(looks).toBe(1);
  await watch.stop();
  const never = new OutboxWatch(
    {
      store: { ...memoryStore({ clock }), ...counting(memoryStore({ clock })) },
      clock,
      log: silentLogger,
      observe: undefined,
    },
    0,
  );
  never.start();
  await clock.advance(300_000);
  expect(looks).toBe(1);
});

test('a relay whose broker is down raises it, and ends it when the broker is back', async () => {
  const clock = virtualClock();
  const store = memoryStore({ clock });
  const events: BusEvent[] = [];
  let isDown = true;
  const transport = recordingTransport({
    onBatch: async () => {
      if (isDown) throw new Error('down');
    },
  });
  const relay = createRelay({
    clock,
    store,
    transport,
    random: seededRandom(1),
    oldestAgeMsMax: 8000,
    observe: (event) => void events.push(event),
  });
  relay.start();
  await store.transaction(({ enqueue }) => enqueue([draft('a')]));
  await clock.advance(10_000);
  expect(events).toMatchObject([{ event: 'outbox-stale', rows: 1 }]);
  isDown = false;
  await clock.advance(60_000);
  expect(events.map(({ event }) => event)).toEqual(['outbox-stale', 'published', 'outbox-healthy']);
  await clock.runUntil(relay.stop());
});

const Book = defineCommand({ name: 'book', version: 1, schema: z.object({ number: z.int() }) });

test('a bus that leaves the relay to others hears that they are gone, and its health shows it', async () => {
  const { bus, clock, events, stop } = testBus({ relay: 'off', outbox: { oldestAgeMsMax: 2000 } });
  await bus.start();
  await bus.transaction(({ send }) => send(Book, { number: 1 }));
  await clock.advance(2000);
  expect((await bus.health()).outbox).toEqual({ rows: 1, oldestAgeMs: 2000, isStale: false });
  await clock.advance(500);
  expect(events.filter(({ event }) => event === 'outbox-stale')).toHaveLength(1);
  expect((await bus.health()).outbox).toEqual({ rows: 1, oldestAgeMs: 2500, isStale: true });
  await stop();
});

test.each([{ oldestAgeMsMax: -1 }, { oldestAgeMsMax: NaN }])('%j is refused by bus and relay', (outbox) => {
  const clock = virtualClock();
  const relay = () => createRelay({ clock, store: memoryStore({ clock }), transport: recordingTransport(), ...outbox });
  expect(relay).toThrow(expect.objectContaining({ code: 'invalid-options', path: 'oldestAgeMsMax' }));
  expect(() => testBus({ outbox })).toThrow(
    expect.objectContaining({ code: 'invalid-options', path: 'outbox.oldestAgeMsMax' }),
  );
});
