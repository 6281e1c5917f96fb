import { expect, test } from 'vitest';
import type { OutboxDraft, OutboxPage } from '../driver/index.ts';
import { countingIds } from '../testing/seeded-random.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { memoryStore } from './memory-store.ts';
import type { MemoryStore } from './memory-store.ts';

const dayMs = 86_400_000;
const buckets = Array.from({ length: 64 }, (_, bucket) => bucket);

function openStore() {
  const clock = virtualClock();
  return { clock, store: memoryStore({ clock, newId: countingIds('epoch') }) };
}

const draft = (id: string, key: string | undefined, delayMs = 0): OutboxDraft => ({
  address: { kind: 'event', channel: 'orders' },
  id,
  key,
  deduplicationKey: id,
  headers: {},
  body: new Uint8Array(),
  delayMs,
  ...(delayMs > 0 ? { delayedBy: 'store' } : {}),
});

const enqueue = (store: MemoryStore, ...drafts: readonly OutboxDraft[]): Promise<void> =>
  store.transaction((transaction) => transaction.enqueue(drafts));

const read = (store: MemoryStore, of: readonly number[] = buckets): Promise<OutboxPage> =>
  store.readOutbox({ buckets: of, blocked: [], blockedChannels: [], limit: 10_000 });

const numbersOf = ({ rows }: OutboxPage) => rows.map(({ id, sequence }) => [id, sequence]);

test('a message of 30 days is not there a millisecond before, and there at its time', async () => {
  const { clock, store } = openStore();
  await enqueue(store, draft('reminder', 'a', 30 * dayMs));
  await clock.advance(30 * dayMs - 1);
  expect(await read(store)).toEqual({ rows: [], isCut: false, nextDueInMs: 1 });
  await clock.advance(1);
  const page = await read(store);
  expect(page.rows).toMatchObject([{ id: 'reminder', sequence: 1, delayMs: 0, createdAtMs: clock.now() }]);
  expect(page.rows[0]).not.toHaveProperty('delayedBy');
  expect(page.nextDueInMs).toBeUndefined();
});

test('it takes its number when it is due, so that what comes later goes before it and no number is missing', async () => {
  const { clock, store } = openStore();
  await enqueue(store, draft('reminder', 'a', dayMs), draft('1', 'a'));
  await enqueue(store, draft('2', 'a'));
  const before = [
    ['1', 1],
    ['2', 2],
  ];
  expect(numbersOf(await read(store))).toEqual(before);
  await clock.advance(dayMs);
  expect(numbersOf(await read(store))).toEqual([...before, ['reminder', 3]]);
});

test('messages due at once come in the order of their times, then of their writing', async () => {
  const { clock, store } = openStore();
  await enqueue(store, draft('d', 'a', 30), draft('b', 'a', 20), draft('c', 'b', 20));
  await enqueue(store, draft('a', undefined, 10));
  await clock.advance(30);
  expect((await read(store)).rows.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
});

test('a rollback schedules nothing', async () => {
  const { clock, store } = openStore();
  const failed = store.transaction(async (transaction) => {
    await transaction.enqueue([draft('1', 'a', 10)]);
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  await clock.advance(10);
  expect(await read(store)).toEqual({ rows: [], isCut: false, nextDueInMs: undefined });
});

test('only buckets that are asked for are moved, and what lies in others does not say when to come again', async () => {
  const { clock, store } = openStore();
  await enqueue(store, draft('1', 'a', 10));
  await clock.advance(10);
  expect(await read(store, [])).toEqual({ rows: [], isCut: false, nextDueInMs: undefined });
  const { scheduledRows, outboxRows, outboxOldestAgeMs } = await store.inspect();
  expect({ scheduledRows, outboxRows, outboxOldestAgeMs }).toEqual({
    scheduledRows: 1,
    outboxRows: 0,
    outboxOldestAgeMs: 0,
  });
  const [row] = (await read(store)).rows;
  expect(await read(store, [row?.bucket ?? -1])).toMatchObject({ rows: [{ id: '1' }] });
});

test('a message without a key comes with the bucket in which it was due', async () => {
  const { clock, store } = openStore();
  await enqueue(store, draft('1', undefined, 10), draft('between', 'x'));
  await clock.advance(10);
  const found = await Promise.all(buckets.map((bucket) => read(store, [bucket])));
  expect(found.flatMap(({ rows }) => rows.map(({ id }) => id)).toSorted()).toEqual(['1', 'between']);
});

test('more than one read moves is asked for again at once, and all of it comes in order', async () => {
  const { clock, store } = openStore();
  const ids = Array.from({ length: 2500 }, (_, at) => String(at));
  await enqueue(store, ...ids.map((id) => draft(id, 'a', 10)));
  await clock.advance(10);
  expect([await read(store), await read(store)].map(({ nextDueInMs }) => nextDueInMs)).toEqual([0, 0]);
  const { rows, nextDueInMs } = await read(store);
  expect(nextDueInMs).toBeUndefined();
  expect(rows.map(({ id, sequence }) => [id, sequence])).toEqual(ids.map((id, at) => [id, at + 1]));
});
