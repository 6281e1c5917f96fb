import { expect, test } from 'vitest';
import type { Claim, ClaimOutcome, Completion, SequenceClaim } from '../driver/index.ts';
import { virtualClock } from '../testing/virtual-clock.ts';
import { memoryStore } from './memory-store.ts';
import type { MemoryStore } from './memory-store.ts';

const identity = (changes: Partial<Claim & { kind: 'identity' }> = {}): Claim => ({
  kind: 'identity',
  scope: 'order-paid/stock',
  key: 'order-1',
  fingerprint: 'f',
  leaseMs: 0,
  ...changes,
});

const number = (sequence: number, changes: Partial<SequenceClaim> = {}): Claim => ({
  kind: 'sequence',
  scope: 'order-paid/stock',
  channel: 'order-paid',
  key: 'k',
  epoch: 'e',
  sequence,
  firstSequence: 1,
  overGap: false,
  ...changes,
});

const claim = (store: MemoryStore, ...claims: readonly Claim[]): Promise<readonly ClaimOutcome[]> =>
  store.transaction((transaction) => transaction.claim(claims));

const complete = (store: MemoryStore, completion: Partial<Completion> = {}): Promise<void> =>
  store.transaction((transaction) =>
    transaction.complete([{ scope: 'order-paid/stock', key: 'order-1', answer: undefined, ...completion }]),
  );

const codeOf = async (store: MemoryStore, failing: Promise<unknown>): Promise<string> =>
  store.codeOf(await failing.catch((error: unknown) => error));

test('an identity is claimed once in its scope, for ever; another fingerprint is a conflict', async () => {
  const store = memoryStore({ clock: virtualClock() });
  expect(await claim(store, identity())).toEqual([{ status: 'claimed' }]);
  expect(await claim(store, identity())).toEqual([{ status: 'duplicate', answer: undefined }]);
  expect(await claim(store, identity({ fingerprint: 'g' }))).toEqual([{ status: 'conflict' }]);
  expect(await claim(store, identity({ scope: 'order-paid/mail' }))).toEqual([{ status: 'claimed' }]);
});

test('of two open transactions that claim one identity only one commits', async () => {
  const store = memoryStore();
  const loser = store.transaction(async (transaction) => {
    expect(await transaction.claim([identity()])).toEqual([{ status: 'claimed' }]);
    expect(await claim(store, identity())).toEqual([{ status: 'claimed' }]);
  });
  expect(await codeOf(store, loser)).toBe('write-conflict');
});

test('a leased identity is in progress until it is completed, and then answers', async () => {
  const clock = virtualClock();
  const store = memoryStore({ clock });
  const answer = new Uint8Array([1]);
  await claim(store, identity({ leaseMs: 1000 }));
  await clock.advance(400);
  expect(await claim(store, identity())).toEqual([{ status: 'in-progress', retryAfterMs: 600 }]);
  await complete(store, { answer });
  expect(await claim(store, identity())).toEqual([{ status: 'duplicate', answer }]);
});

test('a lease that ran out may be had by the next, and only the first of both completes', async () => {
  const clock = virtualClock();
  const store = memoryStore({ clock });
  await claim(store, identity({ leaseMs: 1000 }));
  await clock.advance(1000);
  expect(await claim(store, identity({ leaseMs: 1000 }))).toEqual([{ status: 'claimed' }]);
  await complete(store, { answer: new Uint8Array([1]) });
  expect(await codeOf(store, complete(store, { answer: new Uint8Array([2]) }))).toBe('not-found');
  expect(await claim(store, identity())).toEqual([{ status: 'duplicate', answer: new Uint8Array([1]) }]);
});

test('a lease that another owner has taken over is completed by that owner alone', async () => {
  const clock = virtualClock();
  const store = memoryStore({ clock });
  await claim(store, identity({ leaseMs: 1000, owner: 'first' }));
  await clock.advance(1000);
  expect(await claim(store, identity({ leaseMs: 1000, owner: 'second' }))).toEqual([{ status: 'claimed' }]);
  for (const late of [{ owner: 'first' }, {}]) expect(await codeOf(store, complete(store, late))).toBe('not-found');
  await complete(store, { owner: 'second', answer: new Uint8Array([2]) });
  expect(await claim(store, identity())).toEqual([{ status: 'duplicate', answer: new Uint8Array([2]) }]);
});

test('after its retention a key is new, whatever comes under it; never before its lease', async () => {
  const clock = virtualClock();
  const store = memoryStore({ clock });
  await claim(store, identity({ retentionMs: 1000 }), identity({ key: 'leased', retentionMs: 1000, leaseMs: 3000 }));
  await clock.advance(999);
  expect(await claim(store, identity({ fingerprint: 'g' }))).toEqual([{ status: 'conflict' }]);
  await clock.advance(1);
  expect(await claim(store, identity({ fingerprint: 'g' }))).toEqual([{ status: 'claimed' }]);
  expect(await claim(store, identity({ key: 'leased', fingerprint: 'g' }))).toEqual([{ status: 'conflict' }]);
  await clock.advance(2000);
  expect(await claim(store, identity({ key: 'leased', fingerprint: 'g' }))).toEqual([{ status: 'claimed' }]);
});

test('a claim may be completed in its own transaction; what nobody claimed cannot be', async () => {
  const store = memoryStore();
  await store.transaction(async (transaction) => {
    await transaction.claim([identity()]);
    await transaction.complete([{ scope: 'order-paid/stock', key: 'order-1', answer: new Uint8Array([7]) }]);
  });
  expect(await claim(store, identity())).toEqual([{ status: 'duplicate', answer: new Uint8Array([7]) }]);
  expect(await codeOf(store, complete(store, { key: 'order-2' }))).toBe('not-found');
});

test('the fence lets each number through once and in order, and tells duplicates from gaps', async () => {
  const store = memoryStore();
  expect(await claim(store, number(2))).toEqual([{ status: 'gap', expected: 1 }]);
  expect(await claim(store, number(1), number(2), number(2), number(4))).toEqual([
    { status: 'claimed' },
    { status: 'claimed' },
    { status: 'duplicate', answer: undefined },
    { status: 'gap', expected: 3 },
  ]);
  expect(await claim(store, number(1))).toEqual([{ status: 'duplicate', answer: undefined }]);
  expect(await claim(store, number(3), number(1, { key: 'other' }))).toEqual([
    { status: 'claimed' },
    { status: 'claimed' },
  ]);
});

test('on the next timeline of a server the very next number goes on; what is numbered anew is a conflict, never a duplicate', async () => {
  const store = memoryStore();
  const [first, promoted] = [{ epoch: '7.1.5' }, { epoch: '7.2.5' }];
  await claim(store, number(1, first), number(2, first), number(3, first));
  const anew = [number(3, promoted), number(4, { epoch: '8.2.5' }), number(4, { epoch: 'x' })];
  expect(await claim(store, ...anew)).toEqual(anew.map(() => ({ status: 'conflict' })));
  expect(await claim(store, number(5, promoted), number(4, promoted))).toEqual([
    { status: 'gap', expected: 4 },
    { status: 'claimed' },
  ]);
  // Two messages may have one number: that of the one timeline was passed, that of the other was lost.
  expect(await claim(store, number(3, first), number(3, promoted), number(4, first), number(4, promoted))).toEqual([
    { status: 'duplicate', answer: undefined },
    { status: 'conflict' },
    { status: 'conflict' },
    { status: 'duplicate', answer: undefined },
  ]);
});

test('a scope without a cursor begins where it is told to', async () => {
  const store = memoryStore();
  expect(await claim(store, number(5, { firstSequence: 5 }), number(6))).toEqual([
    { status: 'claimed' },
    { status: 'claimed' },
  ]);
  expect(await claim(store, number(4))).toEqual([{ status: 'duplicate', answer: undefined }]);
});

test('numbers of another epoch are a conflict, and given-up numbers are passed over', async () => {
  const store = memoryStore();
  await claim(store, number(1));
  expect(await claim(store, number(2, { epoch: 'other' }))).toEqual([{ status: 'conflict' }]);
  expect(await claim(store, number(5, { overGap: true }), number(6))).toEqual([
    { status: 'claimed' },
    { status: 'claimed' },
  ]);
});

test('a claim that is not claimed changes nothing, and a rollback takes back what was claimed', async () => {
  const store = memoryStore();
  await expect(
    store.transaction(async (transaction) => {
      await transaction.claim([identity(), number(1), number(3)]);
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await claim(store, identity(), number(3), number(1))).toEqual([
    { status: 'claimed' },
    { status: 'gap', expected: 1 },
    { status: 'claimed' },
  ]);
});

test('an open key is held open: parking it meanwhile makes the transaction run again', async () => {
  const store = memoryStore();
  const key = { kind: 'open-key', scope: 's', channel: 'c', key: 'k' } as const;
  const letter = {
    id: 'l-1',
    subscription: 's',
    kind: 'event',
    channel: 'c',
    messageId: 'm-1',
    key: 'k',
    deduplicationKey: 'm-1',
    headers: {},
    body: new Uint8Array(),
    reason: 'attempts-exhausted',
    error: 'no',
    attempts: 5,
    role: 'poison',
    firstFailedAtMs: 0,
    origin: undefined,
  } as const;
  const overtaken = store.transaction(async (transaction) => {
    expect(await transaction.claim([key])).toEqual([{ status: 'claimed' }]);
    await store.transaction((other) =>
      other.changeDeadLetters([{ change: 'put', letter, parksKey: true, outboxRowId: undefined }]),
    );
  });
  expect(await codeOf(store, overtaken)).toBe('write-conflict');
  expect(await claim(store, key)).toEqual([{ status: 'parked' }]);
  await store.transaction((other) => other.changeDeadLetters([{ change: 'remove', id: 'l-1' }]));
  expect(await claim(store, key)).toEqual([{ status: 'claimed' }]);
});
