import { expect, test } from 'vitest';
import type { OutboxDraft, OutboxQuery, OutboxRow, StoreDriver } from '../driver/index.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import { InjectedFault } from '../testing/fault-rates.ts';
import { recordingTransport } from '../testing/recording-transport.ts';
import type { RecordingTransportOptions } from '../testing/recording-transport.ts';
import { countingIds, seededRandom } from '../testing/seeded-random.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { createRelay } from './create-relay.ts';

const readMs = 10;
const defaultSendMs = 40;

const draft = (id: string): OutboxDraft => ({
  address: { kind: 'event', channel: id.startsWith('x') ? 'other' : 'orders' },
  id,
  key: id.charAt(0),
  deduplicationKey: id,
  headers: {},
  body: new Uint8Array(),
  delayMs: 0,
});

interface WorldOptions extends RecordingTransportOptions {
  /** What a batch of the channel `orders` takes. */
  readonly sendMs?: number;
  /** Called with every read, which it may make throw. */
  readonly onRead?: () => void;
  /** Called when somebody looks at the rows of a page, which it may make throw. */
  readonly look?: (rows: readonly OutboxRow[]) => void;
}

/** A store whose reads are answered late and looked into later, and a broker that takes its time for one channel. */
function createWorld({ sendMs = defaultSendMs, onBatch, onRead, look, ...options }: WorldOptions = {}) {
  const clock = virtualClock();
  const store = memoryStore({ clock, newId: countingIds('epoch') });
  const reads: OutboxQuery[] = [];
  const read: StoreDriver['readOutbox'] = async (query) => {
    const { rows, ...page } = await store.readOutbox(query);
    await clock.sleep(readMs);
    return {
      ...page,
      rowIds: rows.map(({ rowId }) => rowId),
      get rows() {
        look?.(rows);
        return rows;
      },
    };
  };
  const readOutbox: StoreDriver['readOutbox'] = (query) => {
    reads.push(query);
    onRead?.();
    return read(query);
  };
  const transport = recordingTransport({
    ...options,
    onBatch: async (messages, address) => {
      if (address.channel === 'orders') await clock.sleep(sendMs);
      await onBatch?.(messages, address);
    },
  });
  const relay = createRelay({ clock, store: { ...store, readOutbox }, transport, pageMax: 2, random: seededRandom(1) });
  const publish = (...ids: readonly string[]): Promise<void> =>
    store.transaction(({ enqueue }) => enqueue(ids.map(draft)));
  return { clock, reads, relay, publish, sent: () => transport.sent.map(({ message }) => message.id) };
}

test('while a page is sent the next one is read, so that neither waits for the other', async () => {
  const { clock, relay, publish, sent } = createWorld();
  const ids = ['a1', 'b1', 'a2', 'c1', 'b2', 'a3', 'c2', 'a4'];
  await publish(...ids);
  relay.start();
  await clock.runUntil(relay.idle());
  expect(sent()).toEqual(ids);
  // The first page is read, four are sent, and one more read finds nothing.
  expect(clock.monotonic()).toBeLessThanOrEqual(readMs + 4 * defaultSendMs + readMs);
});

test('a commit costs one read: that its channel has room afterwards is no reason for another', async () => {
  const { clock, reads, relay, publish, sent } = createWorld();
  relay.start();
  await clock.runUntil(relay.idle());
  const before = reads.length;
  for (const id of ['a1', 'b1', 'a2']) {
    await publish(id);
    relay.wake();
    await clock.advance(readMs + defaultSendMs + 50);
  }
  expect(sent()).toEqual(['a1', 'b1', 'a2']);
  expect(reads.length - before).toBe(3);
  expect(relay.isIdle).toBe(true);
});

test('whoever waits for a relay that is sending its last page hears of its end, with no poll between', async () => {
  const { clock, relay, publish, sent } = createWorld();
  relay.start();
  await clock.runUntil(relay.idle());
  await publish('a1');
  relay.wake();
  await clock.advance(readMs + 1);
  const idle = relay.idle();
  await clock.runUntil(idle);
  expect(sent()).toEqual(['a1']);
  expect(clock.monotonic()).toBeLessThan(2 * readMs + defaultSendMs + 50);
});

test('the next page is asked for before this one is looked at, and no row comes twice by that', async () => {
  const events: string[] = [];
  const { clock, relay, publish, sent } = createWorld({
    sendMs: 0,
    onRead: () => void events.push('asked'),
    look: (rows) => void events.push(`looked at ${rows.map(({ id }) => id).join(' ')}`),
  });
  const ids = ['a1', 'b1', 'a2', 'c1', 'b2', 'a3', 'c2'];
  await publish(...ids);
  relay.start();
  await clock.runUntil(relay.idle());
  expect(sent()).toEqual(ids);
  expect(events.slice(0, 6)).toEqual(['asked', 'asked', 'looked at a1 b1', 'asked', 'looked at a2 c1', 'asked']);
});

/** Throws so many times. */
function throwing(times: number): () => void {
  let left = times;
  return () => {
    if (left-- > 0) throw new InjectedFault('unavailable');
  };
}

test.each([
  ['a page that cannot be looked at is read anew, before what was asked for behind it', { look: throwing(1) }],
  ['a store that throws, where it should reject, is asked again', { onRead: throwing(2) }],
])('%s', async (_, options) => {
  const { clock, relay, publish, sent } = createWorld({ sendMs: 0, ...options });
  const ids = ['a1', 'b1', 'a2', 'b2', 'a3', 'b3'];
  await publish(...ids);
  relay.start();
  await clock.runUntil(relay.idle());
  expect(sent()).toEqual(ids);
  await relay.stop();
});

test('a page ends with the body that brings it to its bytes, and the rest comes at once', async () => {
  const clock = virtualClock();
  const store = memoryStore({ clock, newId: countingIds('epoch') });
  const transport = recordingTransport();
  const relay = createRelay({ clock, store, transport, pageBytesMax: 1000, pollMs: 60_000, random: seededRandom(1) });
  await store.transaction(({ enqueue }) =>
    enqueue(['a1', 'a2', 'a3', 'a4', 'a5'].map((id) => ({ ...draft(id), body: new Uint8Array(600) }))),
  );
  relay.start();
  await clock.runUntil(relay.idle());
  expect(transport.batches.map((batch) => batch.length)).toEqual([2, 2, 1]);
  expect(clock.monotonic()).toBe(0);
});

test('what was read behind a page that failed is not sent, but read anew with what has failed', async () => {
  let refusals = 1;
  const { clock, relay, publish, sent } = createWorld({
    refuse: ({ id }) => (id === 'a2' && refusals-- > 0 ? 'throttled' : undefined),
  });
  await publish('a1', 'b1', 'a2', 'c1', 'a3', 'b2', 'a4', 'c2');
  relay.start();
  await clock.runUntil(relay.idle());
  for (const key of ['a', 'b', 'c']) {
    const ofKey = sent().filter((id) => id.startsWith(key));
    expect(ofKey).toEqual(ofKey.toSorted());
  }
  expect(sent().toSorted()).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1', 'c2']);
});

test('a look behind a busy channel that finds nothing is repeated for a tenth of the time, and one that finds something at once', async () => {
  const { clock, reads, relay, publish, sent } = createWorld();
  await publish(...Array.from({ length: 60 }, (_, n) => `a${n}`));
  relay.start();
  await clock.advance(readMs);
  await publish('x1', 'x2', 'x3');
  await clock.advance(1000);
  expect(sent().filter((id) => id.startsWith('x'))).toEqual(['x1', 'x2', 'x3']);
  const looks = reads.filter(({ blockedChannels }) => blockedChannels.includes('orders'));
  expect(looks.length).toBeGreaterThan(3);
  expect(looks.length * readMs).toBeLessThanOrEqual(200);
  await clock.runUntil(relay.idle());
  expect(sent()).toHaveLength(63);
});
