import { expect, test } from 'vitest';
import { memoryStore } from '../memory-store/memory-store.ts';
import type { MemoryStore } from '../memory-store/memory-store.ts';
import { draft, idsOf, publish } from '../testing/outbox-drafts.ts';
import { recordingTransport } from '../testing/recording-transport.ts';
import type { RecordingTransport, RecordingTransportOptions } from '../testing/recording-transport.ts';
import { countingIds, seededRandom } from '../testing/seeded-random.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import type { VirtualClock } from '../testing/virtual-clock.ts';
import { createRelay } from './create-relay.ts';
import type { CreateRelayOptions } from './create-relay.ts';

interface World {
  readonly clock: VirtualClock;
  readonly store: MemoryStore;
  readonly transport: RecordingTransport;
  readonly relayOptions: CreateRelayOptions;
}

function createWorld(options: RecordingTransportOptions = {}): World {
  const clock = virtualClock();
  const store = memoryStore({ clock, newId: countingIds('epoch') });
  const transport = recordingTransport(options);
  const newId = countingIds('relay');
  return { clock, store, transport, relayOptions: { clock, store, transport, newId, random: seededRandom(1) } };
}

test('everything committed is sent once, each key in its order, with its number and epoch', async () => {
  const { clock, store, transport, relayOptions } = createWorld();
  await publish(store, draft('a1'), draft('b1'), draft('a2'));
  await publish(store, draft('a3'), { ...draft('free'), key: undefined });
  const relay = createRelay(relayOptions);
  relay.start();
  await clock.runUntil(relay.idle());
  expect(idsOf(transport)).toEqual(['a1', 'b1', 'a2', 'a3', 'free']);
  expect(transport.sent.map(({ message }) => message.headers['wb-sequence'])).toEqual(['1', '1', '2', '3', undefined]);
  expect(transport.sent[0]?.message).toMatchObject({
    key: 'a',
    headers: { 'ce-type': 'order-paid', 'wb-epoch': 'epoch-1' },
  });
  expect((await store.inspect()).outboxRows).toBe(0);
});

test('a commit that is told to the relay is sent with no added delay', async () => {
  const { clock, store, transport, relayOptions } = createWorld();
  const relay = createRelay(relayOptions);
  relay.start();
  await clock.runUntil(relay.idle());
  await publish(store, draft('a1'));
  relay.wake();
  await clock.runUntil(relay.idle());
  expect([idsOf(transport), clock.monotonic()]).toEqual([['a1'], 0]);
});

test('a commit that nobody told of is found by the next poll', async () => {
  const { clock, store, transport, relayOptions } = createWorld();
  const relay = createRelay({ ...relayOptions, pollMs: 700 });
  relay.start();
  await clock.runUntil(relay.idle());
  await publish(store, draft('a1'));
  await clock.advance(699);
  expect(idsOf(transport)).toEqual([]);
  await clock.advance(1);
  expect(idsOf(transport)).toEqual(['a1']);
});

test('a commit that comes late, below ids that were sent long ago, is sent', async () => {
  const { clock, store, transport, relayOptions } = createWorld();
  const relay = createRelay(relayOptions);
  relay.start();
  const late = store.transaction(async ({ enqueue }) => {
    await enqueue([draft('a1')]);
    await clock.sleep(60_000);
  });
  await publish(store, draft('b1'), draft('b2'));
  relay.wake();
  await clock.runUntil(relay.idle());
  expect(idsOf(transport)).toEqual(['b1', 'b2']);
  await clock.runUntil(late);
  await clock.runUntil(relay.idle());
  expect(idsOf(transport)).toEqual(['b1', 'b2', 'a1']);
});

test('the trap it avoids: a reader that goes on from the highest id it has seen loses a late commit for ever', async () => {
  const { clock, store } = createWorld();
  const buckets = Array.from({ length: 64 }, (_, bucket) => bucket);
  const seen: string[] = [];
  let cursor = 0;
  const readOn = async (): Promise<void> => {
    const { rows } = await store.readOutbox({ buckets, blocked: [], blockedChannels: [], limit: 100 });
    for (const { rowId, id } of rows.filter((row) => row.rowId > cursor)) {
      seen.push(id);
      cursor = rowId;
    }
  };
  const late = store.transaction(async ({ enqueue }) => {
    await enqueue([draft('a1')]);
    await clock.sleep(10);
  });
  await publish(store, draft('b1'));
  await readOn();
  await clock.runUntil(late);
  await publish(store, draft('b2'));
  await readOn();
  expect(seen).toEqual(['b1', 'b2']);
});

test('batches keep to the limits of the driver in number and bytes', async () => {
  const { clock, store, transport, relayOptions } = createWorld({ send: { batchMax: 3, batchBytesMax: 5 } });
  await publish(store, ...['a1', 'b1', 'c1', 'd1', 'e1'].map((id) => draft(id)), draft('far too long', 'f'));
  const relay = createRelay(relayOptions);
  relay.start();
  await clock.runUntil(relay.idle());
  const sizes = transport.batches.map((batch) => batch.map(({ id }) => id));
  expect(sizes).toEqual([['a1', 'b1'], ['c1', 'd1'], ['e1'], ['far too long']]);
});

test('a deletion shows the leases of its own buckets only, and the store reads no more of them', async () => {
  const { clock, store, transport, relayOptions } = createWorld();
  const shown: number[][] = [];
  const deleteOutbox: typeof store.deleteOutbox = (deletion) => {
    shown.push(deletion.leases.map(({ bucket }) => bucket));
    return store.deleteOutbox(deletion);
  };
  const relay = createRelay({ ...relayOptions, store: { ...store, deleteOutbox } });
  relay.start();
  await publish(store, draft('a1'), draft('a2'));
  await clock.runUntil(relay.idle());
  expect(idsOf(transport)).toEqual(['a1', 'a2']);
  expect(shown).toEqual([[expect.any(Number)]]);
  expect((await store.inspect()).outboxRows).toBe(0);
});

test('several batches are under way at once, never with the same key', async () => {
  const underWay: string[] = [];
  let most = 0;
  let overlaps = 0;
  const { clock, store, transport, relayOptions } = createWorld({
    send: { batchMax: 2, batchesInFlightMax: 3 },
    onBatch: async (messages) => {
      const keys = [...new Set(messages.map(({ key }) => key ?? ''))];
      if (keys.some((key) => underWay.includes(key))) overlaps += 1;
      underWay.push(...keys);
      most = Math.max(most, underWay.length);
      await clock.sleep(10);
      for (const key of keys) underWay.splice(underWay.indexOf(key), 1);
    },
  });
  await publish(store, ...['a', 'b', 'c', 'd', 'e', 'f'].flatMap((key) => [1, 2, 3].map((n) => draft(`${key}${n}`))));
  const relay = createRelay(relayOptions);
  relay.start();
  await clock.runUntil(relay.idle());
  expect(overlaps).toBe(0);
  expect(most).toBeGreaterThanOrEqual(3);
  for (const key of ['a', 'f']) {
    expect(idsOf(transport).filter((id) => id.startsWith(key))).toEqual([`${key}1`, `${key}2`, `${key}3`]);
  }
});

test('where a failure does not stop its key, only one message of a key is unconfirmed at a time', async () => {
  const { clock, store, transport, relayOptions } = createWorld({ send: { afterFailure: 'independent' } });
  await publish(store, draft('a1'), draft('a2'), draft('b1'), draft('a3'));
  const relay = createRelay(relayOptions);
  relay.start();
  await clock.runUntil(relay.idle());
  expect(transport.batches.map((batch) => batch.map(({ id }) => id))).toEqual([['a1', 'b1'], ['a2'], ['a3']]);
});

test('a slow channel keeps only its own rows waiting', async () => {
  const { clock, store, transport, relayOptions } = createWorld({
    onBatch: async (_, { channel }) => (channel === 'slow' ? clock.sleep(5000) : undefined),
  });
  const relay = createRelay({ ...relayOptions, pageMax: 2 });
  await publish(store, ...['a1', 'a2', 'a3', 'a4', 'a5'].map((id) => draft(id, 'a', 'slow')));
  await publish(store, draft('b1'), draft('b2'), draft('b3'));
  relay.start();
  await clock.advance(10);
  expect(idsOf(transport)).toEqual(['b1', 'b2', 'b3']);
  await clock.runUntil(relay.idle());
  expect(idsOf(transport)).toEqual(['b1', 'b2', 'b3', 'a1', 'a2', 'a3', 'a4', 'a5']);
});

test('stop ends what is being sent, deletes it, gives the buckets up and leaves the rest', async () => {
  const { clock, store, transport, relayOptions } = createWorld({
    send: { batchMax: 1 },
    onBatch: () => clock.sleep(100),
  });
  await publish(store, draft('a1'), draft('b1'));
  const relay = createRelay(relayOptions);
  relay.start();
  await clock.advance(50);
  await clock.runUntil(relay.stop());
  expect([idsOf(transport), clock.monotonic()]).toEqual([['a1'], 100]);
  expect((await store.inspect()).outboxRows).toBe(1);
  const successor = createRelay(relayOptions);
  successor.start();
  await clock.runUntil(successor.idle());
  expect([idsOf(transport), clock.monotonic()]).toEqual([['a1', 'b1'], 200]);
});

test('stop may come twice, or without a start, and nothing is left that would fire', async () => {
  const { clock, relayOptions } = createWorld();
  await createRelay(relayOptions).stop();
  const relay = createRelay(relayOptions);
  relay.start();
  await clock.advance(5000);
  await clock.runUntil(Promise.all([relay.stop(), relay.stop()]));
  relay.start();
  expect([relay.isIdle, clock.pendingTimers]).toEqual([true, 0]);
});

test('settings that make no sense are refused by name', () => {
  const { relayOptions } = createWorld();
  const refused = (): unknown => createRelay({ ...relayOptions, leaseMs: 0, pageMax: Number.NaN });
  expect(refused).toThrow(expect.objectContaining({ code: 'invalid-options', path: 'leaseMs' }));
});
