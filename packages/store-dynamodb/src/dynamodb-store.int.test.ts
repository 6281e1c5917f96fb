import { GetItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { Claim, OutboxDraft } from '@waybill/core/driver';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { dynamodbStore } from './dynamodb-store.ts';
import { itemKeys } from './items/item-keys.ts';
import { keyValues } from './items/item.ts';
import { aheadClock, localDynamodb } from './testing/local-dynamodb.ts';
import type { LocalDynamodb } from './testing/local-dynamodb.ts';

/** Stands for a message without a key. */
const keyless = 'none';

const local = await localDynamodb('that the DynamoDB store keeps its contract');

describe.runIf(local !== undefined)('the store on DynamoDB Local', { timeout: 60_000 }, () => {
  const { client, newTable, stop } = local as LocalDynamodb;
  const clock = aheadClock();
  let table: string;
  const open = () => dynamodbStore({ client, table, clock, buckets: 4 });
  let store: ReturnType<typeof open>;

  beforeEach(async () => {
    table = await newTable();
    store = open();
  });
  afterAll(stop);

  const identity = (key: string, more: Partial<Extract<Claim, { kind: 'identity' }>> = {}): Claim => ({
    kind: 'identity',
    scope: 'charge',
    key,
    fingerprint: 'f',
    leaseMs: 0,
    ...more,
  });
  const sequence = (number: number, epoch = 'e'): Claim => ({
    kind: 'sequence',
    scope: 'charge',
    channel: 'orders',
    key: 'o-1',
    epoch,
    sequence: number,
    firstSequence: 1,
    overGap: false,
  });
  const draft = (id: string, key = 'o-1'): OutboxDraft => ({
    address: { kind: 'command', channel: 'orders' },
    id,
    key: key === keyless ? undefined : key,
    deduplicationKey: id,
    headers: { 'wb-id': id },
    body: new TextEncoder().encode(id),
    delayMs: 0,
  });
  const claim = async (...claims: readonly Claim[]) => store.transaction((transaction) => transaction.claim(claims));
  const enqueue = (...drafts: readonly OutboxDraft[]) => store.transaction(({ enqueue: add }) => add(drafts));
  const everything = { buckets: [0, 1, 2, 3], blocked: [], blockedChannels: [], limit: 100 };
  const codeOf = async (work: Promise<unknown>) => work.then(() => 'resolved', store.codeOf);

  test('of 50 claims at once one wins, and the others find it done', async () => {
    const ends = await Promise.all(
      Array.from({ length: 50 }, () => claim(identity('token')).then((outcomes) => outcomes[0]?.status, store.codeOf)),
    );
    expect(ends.filter((end) => end === 'claimed')).toHaveLength(1);
    expect(ends.every((end) => ['claimed', 'duplicate', 'write-conflict'].includes(end ?? ''))).toBe(true);
    expect(await claim(identity('token'))).toEqual([{ status: 'duplicate', answer: undefined }]);
  });

  test('a claim of another fingerprint is a conflict, and an answer comes back', async () => {
    const answer = new Uint8Array([1, 2]);
    await claim(identity('t', { leaseMs: 1000 }));
    expect(await claim(identity('t', { leaseMs: 1000 }))).toEqual([{ status: 'in-progress', retryAfterMs: 1000 }]);
    await store.transaction(({ complete }) => complete([{ scope: 'charge', key: 't', answer }]));
    expect(await claim(identity('t'))).toEqual([{ status: 'duplicate', answer }]);
    expect(await claim(identity('t', { fingerprint: 'g' }))).toEqual([{ status: 'conflict' }]);
  });

  test('a mark counts for its retention and not a moment longer, though DynamoDB still has it', async () => {
    const hourMs = 3_600_000;
    const short = dynamodbStore({ client, table, clock, buckets: 4, inboxRetentionMs: hourMs });
    const again = () => short.transaction((transaction) => transaction.claim([identity('t')]));
    expect(await again()).toEqual([{ status: 'claimed' }]);
    await clock.advance(hourMs - 1);
    expect(await again()).toEqual([{ status: 'duplicate', answer: undefined }]);
    await clock.advance(1001);
    const mark = await client.send(
      new GetItemCommand({ TableName: table, Key: keyValues(itemKeys.identity('charge', 't')) }),
    );
    expect(mark.Item).toBeDefined();
    expect(await again()).toEqual([{ status: 'claimed' }]);
  });

  test('a mark without a retention counts after 30 days', async () => {
    await claim(identity('t'));
    await clock.advance(30 * 86_400_000);
    expect(await claim(identity('t'))).toEqual([{ status: 'duplicate', answer: undefined }]);
  });

  test('the fence takes n behind n - 1 and nothing else', async () => {
    expect(await claim(sequence(2))).toEqual([{ status: 'gap', expected: 1 }]);
    expect(await claim(sequence(1), sequence(2), sequence(2))).toEqual([
      { status: 'claimed' },
      { status: 'claimed' },
      { status: 'duplicate', answer: undefined },
    ]);
    expect(await claim(sequence(3, 'other'))).toEqual([{ status: 'conflict' }]);
    expect(await claim(sequence(3))).toEqual([{ status: 'claimed' }]);
  });

  test('what is rolled back leaves nothing', async () => {
    const failing = store.transaction(async (transaction) => {
      await transaction.claim([identity('t')]);
      transaction.native.put({ TableName: table, Item: { pk: { S: 'order' }, sk: { S: 'o' } } });
      await transaction.enqueue([draft('m')]);
      throw new Error('failed');
    });
    await expect(failing).rejects.toThrow('failed');
    expect(await claim(identity('t'))).toEqual([{ status: 'claimed' }]);
    expect((await store.readOutbox(everything)).rows).toEqual([]);
  });

  test('the effect of a handler commits with its mark, or neither does', async () => {
    const effect = (status: string) =>
      store.transaction(async ({ claim: ask, native }) => {
        const [outcome] = await ask([identity('t')]);
        native.put({
          TableName: table,
          Item: { pk: { S: 'order' }, sk: { S: 'o' }, status: { S: status } },
          ConditionExpression: 'attribute_not_exists(pk)',
        });
        return outcome?.status;
      });
    expect(await effect('paid')).toBe('claimed');
    expect(await codeOf(effect('again'))).toBe('write-conflict');
    const order = await store.transaction(({ native }) =>
      native.get({ TableName: table, Key: { pk: { S: 'order' }, sk: { S: 'o' } } }),
    );
    expect(order?.['status']).toEqual({ S: 'paid' });
  });

  test('numbers are dense per key and rows come in their order', async () => {
    await enqueue(draft('a'), draft('b', 'o-2'), draft('c'), draft('d', keyless));
    await enqueue(draft('e'));
    const { rows } = await store.readOutbox(everything);
    const ofKey = rows.filter(({ key }) => key === 'o-1');
    expect(ofKey.map(({ id, sequence: number }) => [id, number])).toEqual([
      ['a', 1],
      ['c', 2],
      ['e', 3],
    ]);
    expect(rows.map(({ rowId }) => rowId)).toEqual(rows.map(({ rowId }) => rowId).toSorted((a, b) => a - b));
    expect(rows.find(({ id }) => id === 'd')).toMatchObject({ key: undefined, sequence: undefined });
    expect(rows.find(({ id }) => id === 'a')).toMatchObject({ ...draft('a'), createdAtMs: clock.now() });
    expect(new Set(rows.map(({ epoch }) => epoch)).size).toBe(1);
  });

  test('blocked keys and channels are left out, and a page ends at its limit', async () => {
    await enqueue(draft('a'), draft('b', 'o-2'), draft('c', 'o-3'));
    const blocked = [{ channel: 'orders', key: 'o-2' }];
    const { rows } = await store.readOutbox({ ...everything, blocked });
    expect(rows.map(({ id }) => id).toSorted()).toEqual(['a', 'c']);
    expect((await store.readOutbox({ ...everything, blockedChannels: ['orders'] })).rows).toEqual([]);
    expect((await store.readOutbox({ ...everything, limit: 1 })).rows).toHaveLength(1);
  });

  test('of two transactions on one key the second commit conflicts, so no number is given twice', async () => {
    const slow = store.transaction(async ({ enqueue: add }) => {
      await add([draft('a')]);
      await enqueue(draft('b'));
    });
    expect(await codeOf(slow)).toBe('write-conflict');
    await enqueue(draft('c'));
    expect((await store.readOutbox(everything)).rows.map(({ sequence: number }) => number)).toEqual([1, 2]);
  });

  test('a commit that comes late is read although rows with higher ids were read and sent before', async () => {
    const { leases } = await store.leaseBuckets({ owner: 'one', bucketsMax: 4, leaseMs: 60_000 });
    let sentUpTo = 0;
    await store.transaction(async ({ enqueue: add }) => {
      await add([draft('late', 'o-1')]);
      await clock.advance(10);
      await enqueue(draft('early', 'o-2'));
      const { rows } = await store.readOutbox(everything);
      expect(rows.map(({ id }) => id)).toEqual(['early']);
      sentUpTo = rows[0]?.rowId ?? 0;
      await store.deleteOutbox({ rowIds: [sentUpTo], leases });
    });
    const { rows } = await store.readOutbox(everything);
    expect(rows.map(({ id }) => id)).toEqual(['late']);
    // A reader that goes on from where it was would never have come by here.
    expect(rows[0]?.rowId).toBeLessThan(sentUpTo);
  });

  test('a commit whose answer is lost is done once, and found out', async () => {
    let lost = 0;
    const send = async (command: TransactWriteItemsCommand): Promise<unknown> => {
      const answer = await client.send(command);
      if (!(command instanceof TransactWriteItemsCommand) || (lost += 1) > 1) return answer;
      throw Object.assign(new Error('no answer'), { name: 'TimeoutError' });
    };
    const shaky = dynamodbStore({ client: { send }, table, clock, buckets: 4 });
    await shaky.transaction(({ enqueue: add }) => add([draft('a')]));
    expect(lost).toBe(2);
    expect((await store.readOutbox(everything)).rows.map(({ id }) => id)).toEqual(['a']);
  });

  test('who renews its lease while another one takes it for run out keeps its buckets', async () => {
    const lease = (by: typeof store, owner: string) => by.leaseBuckets({ owner, bucketsMax: 4, leaseMs: 1000 });
    await lease(store, 'one');
    await clock.advance(1000);
    const send = async (command: TransactWriteItemsCommand): Promise<unknown> => {
      // Between what the other one has read and what it writes.
      if (command instanceof TransactWriteItemsCommand) await lease(store, 'one');
      return client.send(command);
    };
    const other = dynamodbStore({ client: { send }, table, clock, buckets: 4 });
    expect((await lease(other, 'two')).leases).toEqual([]);
    expect((await lease(store, 'one')).leases).toHaveLength(4);
  });

  test('a token that is no longer current deletes nothing', async () => {
    await enqueue(draft('a'));
    const { rows } = await store.readOutbox(everything);
    const rowIds = rows.map(({ rowId }) => rowId);
    const mine = await store.leaseBuckets({ owner: 'one', bucketsMax: 4, leaseMs: 1000 });
    await clock.advance(1001);
    const theirs = await store.leaseBuckets({ owner: 'two', bucketsMax: 4, leaseMs: 1000 });
    expect(theirs.leases.map(({ token }) => token)).toEqual([2, 2, 2, 2]);
    expect(await store.deleteOutbox({ rowIds, leases: mine.leases })).toBe(0);
    expect(await store.deleteOutbox({ rowIds: [...rowIds, rowIds[0] ?? 0], leases: theirs.leases })).toBe(1);
    expect(await store.deleteOutbox({ rowIds, leases: theirs.leases })).toBe(0);
  });

  test('relays share the buckets, and one that leaves frees its own', async () => {
    const lease = (owner: string, bucketsMax: number) => store.leaseBuckets({ owner, bucketsMax, leaseMs: 1000 });
    expect((await lease('one', 4)).leases.map(({ bucket }) => bucket)).toEqual([0, 1, 2, 3]);
    expect(await lease('two', 2)).toEqual({ leases: [], relays: 2 });
    expect((await lease('one', 2)).leases.map(({ bucket }) => bucket)).toEqual([0, 1]);
    expect(await lease('two', 2)).toEqual({
      leases: [
        { bucket: 2, token: 2 },
        { bucket: 3, token: 2 },
      ],
      relays: 2,
    });
    expect(await lease('one', 0)).toEqual({ leases: [], relays: 1 });
    expect((await lease('two', 4)).leases.map(({ bucket }) => bucket)).toEqual([0, 1, 2, 3]);
  });

  test('a relay that comes back after its lease and wants fewer buckets leaves the others to be taken', async () => {
    const lease = (owner: string, bucketsMax: number) => store.leaseBuckets({ owner, bucketsMax, leaseMs: 1000 });
    await lease('one', 4);
    await clock.advance(1100);
    expect((await lease('one', 1)).leases).toEqual([{ bucket: 0, token: 2 }]);
    const { leases } = await lease('two', 4);
    expect(leases.map(({ bucket, token }) => [bucket, token])).toEqual([
      [1, 2],
      [2, 2],
      [3, 2],
    ]);
  });

  test('a transaction beyond the limits of DynamoDB is refused by code before it is sent', async () => {
    const many = Array.from({ length: 101 }, (_, index) => draft(`m-${index}`, keyless));
    await expect(enqueue(...many)).rejects.toMatchObject({ reason: 'too-many-items' });
    const large = { ...draft('m'), body: new Uint8Array(410_000) };
    await expect(enqueue(large)).rejects.toMatchObject({ reason: 'item-too-large' });
    const heavy = Array.from({ length: 12 }, (_, index) => ({
      ...draft(`m-${index}`, keyless),
      body: new Uint8Array(380_000),
    }));
    await expect(enqueue(...heavy)).rejects.toMatchObject({ reason: 'transaction-too-large' });
    expect((await store.readOutbox(everything)).rows).toEqual([]);
  });

  test('a transaction is unusable after its end, and a store after its close', async () => {
    const left = await store.transaction(async (transaction) => transaction);
    expect(await codeOf(left.claim([identity('t')]))).toBe('transaction-closed');
    await store.close();
    expect(await codeOf(claim(identity('t')))).toBe('closed');
  });

  test('hostile texts stay what they are', async () => {
    const hostile = { ...draft('\uD800\0', '\uDFFF'), headers: { x: '\uD800' }, deduplicationKey: 'x'.repeat(9000) };
    await enqueue(hostile);
    expect((await store.readOutbox(everything)).rows[0]).toMatchObject(hostile);
    const keys = ['\uD800', '\uDFFF', '\uFFFD', '\0', '\0\0', '', 'k'.repeat(9000), '\u00E9', 'e\u0301'];
    const outcomes = await claim(...keys.map((key) => identity(key)));
    expect(outcomes.map(({ status }) => status)).toEqual(keys.map(() => 'claimed'));
  });

  test('a table of other buckets is refused', async () => {
    await enqueue(draft('a'));
    const other = dynamodbStore({ client, table, clock, buckets: 8 });
    await expect(other.inspect()).rejects.toMatchObject({ reason: 'table-mismatch' });
  });
});
