import { expect, test } from 'vitest';
import type { DeadLetterDraft, DeadLetterQuery, OutboxDraft } from '../driver/index.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { memoryStore } from './memory-store.ts';
import type { MemoryStore } from './memory-store.ts';

const openStore = (): MemoryStore => memoryStore({ clock: virtualClock(), newId: () => 'epoch' });

const letter = (id: string, rest: Partial<DeadLetterDraft> = {}): DeadLetterDraft => ({
  id,
  subscription: 'pay',
  kind: 'event',
  channel: 'orders',
  messageId: id,
  key: 'a',
  deduplicationKey: id,
  headers: { shop: 's-1' },
  body: new Uint8Array([0, 255]),
  reason: 'attempts-exhausted',
  error: '',
  attempts: 1,
  role: 'poison',
  firstFailedAtMs: 0,
  origin: undefined,
  ...rest,
});

const put = (store: MemoryStore, one: DeadLetterDraft, outboxRowId?: number): Promise<void> =>
  store.transaction(({ changeDeadLetters }) =>
    changeDeadLetters([{ change: 'put', letter: one, parksKey: true, outboxRowId }]),
  );

const all: DeadLetterQuery = { subscription: undefined, key: undefined, ids: undefined, after: 0, limit: 100 };

const idsOf = async (store: MemoryStore, query: Partial<DeadLetterQuery> = {}): Promise<readonly string[]> =>
  (await store.readDeadLetters({ ...all, ...query })).letters.map(({ id }) => id);

const codeOf = async (store: MemoryStore, work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => store.codeOf(error),
  );

test('letters come back whole, by subscription, key and id, page by page', async () => {
  const store = openStore();
  for (const id of ['1', '2', '3']) await put(store, letter(id));
  await put(store, letter('4', { key: 'b' }));
  await put(store, letter('5', { subscription: 'ship' }));
  const { letters } = await store.readDeadLetters({ ...all, ids: ['1'] });
  expect(letters).toEqual([{ ...letter('1'), position: 1, replays: 0 }]);
  expect(await idsOf(store, { subscription: 'pay' })).toEqual(['1', '2', '3', '4']);
  expect(await idsOf(store, { subscription: 'pay', key: 'a' })).toEqual(['1', '2', '3']);
  expect(await idsOf(store, { key: 'a' })).toEqual(['1', '2', '3', '5']);
  const page = await store.readDeadLetters({ ...all, limit: 2 });
  expect(page.next).toBe(2);
  expect(await idsOf(store, { after: page.next ?? 0 })).toEqual(['3', '4', '5']);
  expect((await store.readDeadLetters({ ...all, after: 3, limit: 2 })).next).toBeUndefined();
});

test('positions follow the commits, so that a reader who goes on from one misses no late commit', async () => {
  const store = openStore();
  await store.transaction(async ({ changeDeadLetters }) => {
    await changeDeadLetters([{ change: 'put', letter: letter('late'), parksKey: true, outboxRowId: undefined }]);
    await put(store, letter('early', { key: 'b' }));
  });
  expect(await idsOf(store)).toEqual(['early', 'late']);
});

test('a letter that is put twice is there once and parks once', async () => {
  const store = openStore();
  await put(store, letter('1'));
  await put(store, letter('1', { error: 'again' }));
  const { letters } = await store.readDeadLetters(all);
  expect(letters.map(({ id, error, position }) => [id, error, position])).toEqual([['1', '', 1]]);
  await store.transaction(({ changeDeadLetters }) => changeDeadLetters([{ change: 'remove', id: '1' }]));
  expect(await store.inspect()).toMatchObject({ deadLetters: 0, parkedKeys: 0 });
});

test('what was removed cannot be removed again, which is how two replays of a letter have one effect', async () => {
  const store = openStore();
  await put(store, letter('1'));
  const replay = (): Promise<void> =>
    store.transaction(async ({ native, changeDeadLetters }) => {
      native.table('effects').put(`${store.tables.table('effects').rows().length}`, 'paid');
      await changeDeadLetters([{ change: 'remove', id: '1' }]);
    });
  await replay();
  expect(await codeOf(store, replay())).toBe('not-found');
  expect(store.tables.table('effects').rows()).toEqual(['paid']);
});

test('of two replays at work at once one commits', async () => {
  const store = openStore();
  await put(store, letter('1'));
  const remove = [{ change: 'remove', id: '1' }] as const;
  const second = store.transaction(async ({ changeDeadLetters }) => {
    await changeDeadLetters(remove);
    await store.transaction((first) => first.changeDeadLetters(remove));
  });
  expect(await codeOf(store, second)).toBe('write-conflict');
});

test('a replay that failed is counted on the letter, which keeps its place', async () => {
  const store = openStore();
  await put(store, letter('1'));
  await put(store, letter('2'));
  await store.transaction(({ changeDeadLetters }) => changeDeadLetters([{ change: 'count-replay', id: '1' }]));
  const { letters } = await store.readDeadLetters(all);
  expect(letters.map(({ id, replays }) => [id, replays])).toEqual([
    ['1', 1],
    ['2', 0],
  ]);
});

test('a row that no broker takes leaves the outbox with the letter, and its key waits until the letter is gone', async () => {
  const store = openStore();
  const draft = (id: string, key: string): OutboxDraft => ({
    address: { kind: 'event', channel: 'orders' },
    id,
    key,
    deduplicationKey: id,
    headers: {},
    body: new Uint8Array(),
    delayMs: 0,
  });
  await store.transaction(({ enqueue }) => enqueue([draft('1', 'a'), draft('2', 'a'), draft('3', 'b')]));
  const buckets = Array.from({ length: 64 }, (_, bucket) => bucket);
  const read = async () => (await store.readOutbox({ buckets, blocked: [], blockedChannels: [], limit: 10 })).rows;
  const [poison] = await read();
  await put(store, letter('outbox:1', { subscription: 'outbox' }), poison?.rowId);
  expect((await read()).map(({ id }) => id)).toEqual(['3']);
  expect(await store.inspect()).toMatchObject({ outboxRows: 1, deadLetters: 1, parkedKeys: 1 });
  await store.transaction(({ changeDeadLetters }) => changeDeadLetters([{ change: 'remove', id: 'outbox:1' }]));
  expect((await read()).map(({ id }) => id)).toEqual(['2', '3']);
});
