import { expect, test } from 'vitest';
import type { OutboxDraft } from '../driver/index.ts';
import { memoryStore } from '../memory-store/memory-store.ts';
import type { MemoryStore } from '../memory-store/memory-store.ts';
import { recordingTransport } from '../testing/recording-transport.ts';
import { countingIds, seededRandom } from '../testing/seeded-random.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { createRelay } from './create-relay.ts';
import type { CreateRelayOptions } from './create-relay.ts';

const dayMs = 86_400_000;

const draft = (id: string, delayMs: number): OutboxDraft => ({
  address: { kind: 'event', channel: 'order-paid' },
  id,
  key: id.charAt(0),
  deduplicationKey: id,
  headers: {},
  body: new Uint8Array(),
  delayMs,
  ...(delayMs > 0 ? { delayedBy: 'store' } : {}),
});

function createWorld() {
  const clock = virtualClock();
  const store = memoryStore({ clock, newId: countingIds('epoch') });
  const sent: { readonly id: string; readonly atMs: number; readonly number: string | undefined }[] = [];
  const transport = recordingTransport({
    onBatch: (messages) => {
      for (const { id, headers } of messages)
        sent.push({ id, atMs: clock.monotonic(), number: headers['wb-sequence'] });
    },
  });
  const newId = countingIds('relay');
  // Long, so that a month has few of them.
  const slow = { leaseMs: dayMs, pollMs: dayMs / 10 };
  const options: CreateRelayOptions = { clock, store, transport, newId, random: seededRandom(1), ...slow };
  return { clock, store, sent, options };
}

const schedule = (store: MemoryStore, ...drafts: readonly OutboxDraft[]): Promise<void> =>
  store.transaction((transaction) => transaction.enqueue(drafts));

test('a message of 30 days is sent at its time, to the millisecond, between two polls', async () => {
  const { clock, store, sent, options } = createWorld();
  const relay = createRelay(options);
  relay.start();
  await schedule(store, draft('a1', 30 * dayMs + 12_345));
  await clock.advance(30 * dayMs + 12_344);
  expect(sent).toEqual([]);
  await clock.advance(1);
  expect(sent).toEqual([{ id: 'a1', atMs: 30 * dayMs + 12_345, number: '1' }]);
  await clock.runUntil(relay.stop());
});

test('what is scheduled does not keep a relay from being idle', async () => {
  const { clock, store, options } = createWorld();
  const relay = createRelay(options);
  relay.start();
  await schedule(store, draft('a1', dayMs));
  await clock.runUntil(relay.idle());
  expect(clock.monotonic()).toBeLessThan(1000);
  await clock.runUntil(relay.stop());
});

test('nobody is there when it is due: the next relay sends it at once', async () => {
  const { clock, store, sent, options } = createWorld();
  await schedule(store, draft('a2', dayMs), draft('a1', 1000));
  await clock.advance(2 * dayMs);
  const relay = createRelay(options);
  relay.start();
  await clock.runUntil(relay.idle());
  expect(sent).toEqual([
    { id: 'a1', atMs: 2 * dayMs, number: '1' },
    { id: 'a2', atMs: 2 * dayMs, number: '2' },
  ]);
});

test('two relays send each once, each key in the order of the times', async () => {
  const { clock, store, sent, options } = createWorld();
  const relays = [createRelay(options), createRelay(options)];
  for (const relay of relays) relay.start();
  const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const drafts = keys.flatMap((key) => [3, 1, 2].map((at) => draft(`${key}${at}`, at * dayMs)));
  await schedule(store, ...drafts);
  await clock.advance(4 * dayMs);
  expect(sent.map(({ id }) => id).toSorted()).toEqual(drafts.map(({ id }) => id).toSorted());
  for (const { id, atMs, number } of sent) {
    expect([number, Math.round(atMs / dayMs)]).toEqual([id.charAt(1), Number(id.charAt(1))]);
    expect(atMs).toBeGreaterThanOrEqual(Number(id.charAt(1)) * dayMs);
  }
  await clock.runUntil(Promise.all(relays.map((relay) => relay.stop())));
});

test('thousands that are due at once are sent without waiting for a poll', async () => {
  const { clock, store, sent, options } = createWorld();
  const relay = createRelay(options);
  relay.start();
  await schedule(store, ...Array.from({ length: 3500 }, (_, at) => draft(`${'abcdefg'.charAt(at % 7)}${at}`, dayMs)));
  await clock.advance(dayMs);
  expect(sent).toHaveLength(3500);
  expect(sent.every(({ atMs }) => atMs === dayMs)).toBe(true);
  await clock.runUntil(relay.stop());
});
