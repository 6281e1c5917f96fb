import type { DeadLetterDraft, DeadLetterQuery, OutboxDraft } from '@waybill/core/driver';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { dynamodbStore } from '../dynamodb-store.ts';
import { aheadClock, localDynamodb } from '../testing/local-dynamodb.ts';
import type { LocalDynamodb } from '../testing/local-dynamodb.ts';

const local = await localDynamodb('dead letters in DynamoDB');

describe.runIf(local !== undefined)('dead letters on DynamoDB Local', { timeout: 60_000 }, () => {
  const { client, newTable, stop } = local as LocalDynamodb;
  const clock = aheadClock();
  let store: ReturnType<typeof dynamodbStore>;
  beforeEach(async () => {
    store = dynamodbStore({ client, table: await newTable(), clock, buckets: 2 });
  });
  afterAll(stop);

  const letter = (id: string, subscription = 'charge', key: string | undefined = 'o-1'): DeadLetterDraft => ({
    id,
    subscription,
    kind: 'command',
    channel: 'orders',
    messageId: id,
    key,
    deduplicationKey: id,
    headers: { 'wb-odd': '\uD800\0' },
    body: new Uint8Array([0, 255]),
    reason: 'handler-failed',
    error: 'no',
    attempts: 3,
    role: 'poison',
    firstFailedAtMs: 5,
    origin: undefined,
  });
  const put = (draft: DeadLetterDraft, parksKey = true, outboxRowId?: number) =>
    store.transaction(({ changeDeadLetters }) =>
      changeDeadLetters([{ change: 'put', letter: draft, parksKey, outboxRowId }]),
    );
  const remove = (id: string) =>
    store.transaction(({ changeDeadLetters }) => changeDeadLetters([{ change: 'remove', id }]));
  const openKey = (scope = 'charge') =>
    store.transaction(({ claim }) => claim([{ kind: 'open-key', scope, channel: 'orders', key: 'o-1' }]));
  const all: DeadLetterQuery = { subscription: undefined, key: undefined, ids: undefined, after: 0, limit: 10 };
  const idsOf = async (query: Partial<DeadLetterQuery>) =>
    (await store.readDeadLetters({ ...all, ...query })).letters.map(({ id }) => id);

  test('a letter comes back as it was put, once, in the order of positions', async () => {
    await put(letter('b'));
    await put(letter('a', 'mail'));
    await put(letter('b'));
    const { letters } = await store.readDeadLetters(all);
    expect(letters).toEqual([
      { ...letter('b'), position: 1, replays: 0 },
      { ...letter('a', 'mail'), position: 2, replays: 0 },
    ]);
    expect(await store.inspect()).toMatchObject({ deadLetters: 2, parkedKeys: 2 });
  });

  test('letters are found by subscription, key, id and position, page by page', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await put(letter(id, id === 'c' ? 'mail' : 'charge', `k-${id}`));
    expect(await idsOf({ subscription: 'charge' })).toEqual(['a', 'b', 'd']);
    expect(await idsOf({ key: 'k-b' })).toEqual(['b']);
    expect(await idsOf({ ids: ['d', 'a', 'x'] })).toEqual(['a', 'd']);
    const first = await store.readDeadLetters({ ...all, limit: 2 });
    expect(first.next).toBe(2);
    const second = await store.readDeadLetters({ ...all, limit: 2, after: 2 });
    expect([second.letters.map(({ id }) => id), second.next]).toEqual([['c', 'd'], undefined]);
  });

  test('a key is parked until the last of its letters is gone', async () => {
    await put(letter('a'));
    await put(letter('b'));
    expect(await openKey()).toEqual([{ status: 'parked' }]);
    expect(await openKey('mail')).toEqual([{ status: 'claimed' }]);
    await remove('a');
    expect(await openKey()).toEqual([{ status: 'parked' }]);
    await remove('b');
    expect(await openKey()).toEqual([{ status: 'claimed' }]);
    expect(await store.inspect()).toMatchObject({ deadLetters: 0, parkedKeys: 0 });
  });

  test('a key that is parked meanwhile fails the transaction that found it open', async () => {
    const working = store.transaction(async ({ claim, changeDeadLetters }) => {
      const outcome = await claim([{ kind: 'open-key', scope: 'charge', channel: 'orders', key: 'o-1' }]);
      await put(letter('a'));
      await changeDeadLetters([{ change: 'count-replay', id: 'a' }]);
      return outcome;
    });
    expect(await working.then(() => 'resolved', store.codeOf)).toBe('write-conflict');
  });

  test('of two replays of one letter the second finds nothing', async () => {
    await put(letter('a'));
    await remove('a');
    await expect(remove('a')).rejects.toMatchObject({ reason: 'not-found' });
  });

  test('an outbox row that is put aside leaves the outbox, and its key waits', async () => {
    const draft: OutboxDraft = {
      address: { kind: 'command', channel: 'orders' },
      id: 'm-1',
      key: 'o-1',
      deduplicationKey: 'm-1',
      headers: {},
      body: new Uint8Array(),
      delayMs: 0,
    };
    await store.transaction(({ enqueue }) => enqueue([draft, { ...draft, id: 'm-2' }, { ...draft, key: 'o-2' }]));
    const query = { buckets: [0, 1], blocked: [], blockedChannels: [], limit: 10 };
    const first = (await store.readOutbox(query)).rows.find(({ key }) => key === 'o-1');
    await put(letter('x', 'outbox'), true, first?.rowId);
    expect((await store.readOutbox(query)).rows.map(({ key }) => key)).toEqual(['o-2']);
    expect(await store.inspect()).toMatchObject({ outboxRows: 1, parkedKeys: 1 });
    await expect(put(letter('y', 'outbox'), true, first?.rowId)).rejects.toMatchObject({ reason: 'not-found' });
    await remove('x');
    expect((await store.readOutbox(query)).rows.map(({ id }) => id)).toEqual(expect.arrayContaining(['m-2']));
  });
});
