import { check, checkEqual } from '../../harness/check.ts';
import { patientModes } from '../../harness/mode.ts';
import { attempt, claim, codeOfFailure, persist, statusesOf } from '../stage/attempt.ts';
import { completion, hostileTexts, identity } from '../stage/samples.ts';
import { proves } from './store-case.ts';
import type { StoreCase } from './store-case.ts';

const answer = new Uint8Array([0, 255, 10, 128]);

/** A store may answer with any kind of byte array. */
const bytesOf = (bytes: Uint8Array | undefined): readonly number[] | undefined => bytes && [...bytes];

/** One business identity, once per scope. */
export const inboxCases: readonly StoreCase[] = [
  proves('INB-1', 'claimed once, and known to every store from then on', async (world) => {
    const store = await world.open();
    checkEqual(await claim(store, identity('o-1')), [{ status: 'claimed' }], 'the first claim');
    const again = { status: 'duplicate', answer: undefined };
    checkEqual(await claim(store, identity('o-1')), [again], 'the second claim');
    checkEqual(await claim(await world.open(), identity('o-1')), [again], 'the claim of another store');
    checkEqual(await claim(store, identity('o-2')), [{ status: 'claimed' }], 'the claim of another identity');
  }),

  proves('INB-2', 'two scopes claim one key', async (world) => {
    const store = await world.open();
    const both = [identity('o-1', { scope: 'a' }), identity('o-1', { scope: 'b' })];
    checkEqual(statusesOf(await claim(store, ...both)), ['claimed', 'claimed'], 'the claims of two scopes');
    // Names that run into each other when they are joined.
    const joined = [identity('b:c', { scope: 'a' }), identity('c', { scope: 'a:b' }), identity('bc', { scope: 'a' })];
    checkEqual(
      statusesOf(await claim(store, ...joined)),
      ['claimed', 'claimed', 'claimed'],
      'names that could be joined',
    );
  }),

  proves('INB-3', 'another body under a known key', async (world) => {
    const store = await world.open();
    await claim(store, identity('o-1'));
    const other = identity('o-1', { fingerprint: 'v1:g' });
    checkEqual(await claim(store, other), [{ status: 'conflict' }], 'the claim of another fingerprint');
    checkEqual(statusesOf(await claim(store, identity('o-1'))), ['duplicate'], 'the right fingerprint afterwards');
    await claim(store, identity('o-2', { leaseMs: 60_000 }));
    const leased = identity('o-2', { fingerprint: 'v1:g', leaseMs: 60_000 });
    checkEqual(await claim(store, leased), [{ status: 'conflict' }], 'another fingerprint while in progress');
  }),

  proves('INB-4', 'an answer of bytes, an empty one and none', async (world) => {
    const store = await world.open();
    for (const [key, stored] of [
      ['bytes', answer],
      ['empty', new Uint8Array()],
      ['none', undefined],
    ] as const) {
      await claim(store, identity(key, { leaseMs: 60_000 }));
      await store.transaction((transaction) => transaction.complete([completion(key, stored)]));
      const [found] = await claim(store, identity(key));
      check(found?.status === 'duplicate', `the claim after completion is ${found?.status}`);
      checkEqual(bytesOf(found.answer), bytesOf(stored), `the answer stored as ${key}`);
    }
  }),

  proves('INB-5', 'in progress, then done', async (world) => {
    const store = await world.open();
    const leaseMs = 60_000;
    checkEqual(await claim(store, identity('o-1', { leaseMs })), [{ status: 'claimed' }], 'the first claim');
    const [second] = await claim(await world.open(), identity('o-1', { leaseMs }));
    check(second?.status === 'in-progress', `a claim during the lease is ${second?.status}`);
    const { retryAfterMs } = second;
    check(retryAfterMs > 0 && retryAfterMs <= leaseMs, `${retryAfterMs} ms are left of a lease of ${leaseMs}`);
    await store.transaction((transaction) => transaction.complete([completion('o-1', answer)]));
    checkEqual(statusesOf(await claim(store, identity('o-1'))), ['duplicate'], 'a claim after completion');
  }),

  proves(
    'INB-6',
    'of ten that come after the lease one has it',
    async (world) => {
      const stores = await Promise.all([world.open(), world.open()]);
      const { leaseMs } = world.harness.timing;
      await claim(stores[0], identity('o-1', { leaseMs }));
      await world.clock.sleep(leaseMs * 1.5);
      const claims = Array.from({ length: 10 }, (_, at) =>
        persist(stores[at % 2] ?? stores[0], ({ claim: make }) => make([identity('o-1', { leaseMs: 60_000 })])),
      );
      const statuses = (await Promise.all(claims)).flatMap(statusesOf).toSorted();
      checkEqual(statuses.filter((status) => status === 'claimed').length, 1, 'how many took the lease that ran out');
      checkEqual(new Set(statuses), new Set(['claimed', 'in-progress']), 'what the ten were told');
    },
    patientModes,
  ),

  proves(
    'INB-7',
    'two workers complete one identity',
    async (world) => {
      const store = await world.open();
      const { leaseMs } = world.harness.timing;
      await claim(store, identity('o-1', { leaseMs }));
      await world.clock.sleep(leaseMs * 1.5);
      checkEqual(statusesOf(await claim(store, identity('o-1', { leaseMs: 60_000 }))), ['claimed'], 'the taker');
      const complete = (byte: number): Promise<void> =>
        store.transaction((transaction) => transaction.complete([completion('o-1', new Uint8Array([byte]))]));
      await complete(1);
      checkEqual(await codeOfFailure(store, complete(2)), 'not-found', 'the code of the second completion');
      const [found] = await claim(store, identity('o-1'));
      check(found?.status === 'duplicate', `the claim after both is ${found?.status}`);
      checkEqual(bytesOf(found.answer), [1], 'the answer that is kept');
    },
    patientModes,
  ),

  proves('INB-8', 'a claim whose transaction fails', async (world) => {
    const store = await world.open();
    const failed = await attempt(store, async (transaction) => {
      await transaction.claim([identity('o-1'), identity('o-2', { leaseMs: 60_000 })]);
      throw new Error('no');
    });
    checkEqual(failed.status, 'failed', 'the transaction');
    const outcomes = statusesOf(await claim(store, identity('o-1'), identity('o-2')));
    checkEqual(outcomes, ['claimed', 'claimed'], 'the claims after the rollback');
  }),

  proves('INB-9', 'many stores, many copies, one effect', async (world) => {
    const stores = await Promise.all([world.open(), world.open(), world.open()]);
    const { writeRow, rows } = await world.database();
    const copies = Array.from({ length: world.amount(30) }, (_, at) =>
      persist(stores[at % 3] ?? stores[0], async (transaction) => {
        const [outcome] = await transaction.claim([identity('o-1')]);
        // Room for another to come between the claim and the effect.
        await world.clock.sleep(1);
        if (outcome?.status === 'claimed') await writeRow(transaction.native, `effect-${at}`);
        return outcome?.status;
      }),
    );
    const statuses = await Promise.all(copies);
    checkEqual(statuses.filter((status) => status === 'claimed').length, 1, 'copies that were claimed');
    checkEqual((await rows()).length, 1, 'effects that were committed');
  }),

  proves('INB-10', 'a batch that has a copy of itself', async (world) => {
    const store = await world.open();
    const batch = [identity('o-1'), identity('o-2'), identity('o-1'), identity('o-1', { fingerprint: 'v1:g' })];
    checkEqual(
      statusesOf(await claim(store, ...batch)),
      ['claimed', 'claimed', 'duplicate', 'conflict'],
      'a batch with one identity three times',
    );
  }),

  proves('INB-11', 'a completion that was never claimed, and one that is final', async (world) => {
    const store = await world.open();
    const complete = (key: string): Promise<void> =>
      store.transaction((transaction) => transaction.complete([completion(key, answer)]));
    checkEqual(await codeOfFailure(store, complete('o-1')), 'not-found', 'the code of a completion without a claim');
    await claim(store, identity('o-2'));
    checkEqual(await codeOfFailure(store, complete('o-2')), 'not-found', 'the code of a completion of what is final');
  }),

  proves('INB-12', 'keys of the longest length', async (world) => {
    const store = await world.open();
    const length = Math.min(9000, store.capabilities.keys.keyBytesMax);
    const keys = ['a', 'b'].map((last) => `${'k'.repeat(length - 1)}${last}`);
    for (const key of keys) {
      checkEqual(
        statusesOf(await claim(store, identity(key))),
        ['claimed'],
        `the first claim of a key of ${length} bytes`,
      );
    }
    for (const key of keys) {
      checkEqual(statusesOf(await claim(store, identity(key))), ['duplicate'], 'the second claim of a long key');
    }
  }),

  proves('INB-13', 'hostile keys, scopes and fingerprints', async (world) => {
    const store = await world.open();
    for (const text of hostileTexts) {
      const shown = JSON.stringify(text);
      checkEqual(statusesOf(await claim(store, identity(text))), ['claimed'], `the first claim of ${shown}`);
      checkEqual(statusesOf(await claim(store, identity(text))), ['duplicate'], `the second claim of ${shown}`);
      const scoped = identity('o-1', { scope: text });
      checkEqual(statusesOf(await claim(store, scoped, scoped)), ['claimed', 'duplicate'], `the claims in ${shown}`);
    }
  }),

  proves('INB-14', 'a hundred claims, in any order, half of them known', async (world) => {
    const store = await world.open();
    const count = Math.min(world.amount(100), store.capabilities.claims.batchMax);
    const keys = Array.from({ length: count }, (_, at) => `o-${(at * 37) % 101}`);
    const known = keys.filter((_, at) => at % 2 === 0);
    checkEqual(new Set(statusesOf(await claim(store, ...known.map((key) => identity(key))))).size, 1, 'the first half');
    const outcomes = statusesOf(await claim(store, ...keys.map((key) => identity(key))));
    checkEqual(
      outcomes,
      keys.map((_, at) => (at % 2 === 0 ? 'duplicate' : 'claimed')),
      'the answers in the order of the claims',
    );
  }),

  proves('INB-15', 'claimed and completed in one transaction', async (world) => {
    const store = await world.open();
    await store.transaction(async (transaction) => {
      await transaction.claim([identity('o-1'), identity('o-2', { leaseMs: 60_000 })]);
      await transaction.complete([completion('o-1', answer), completion('o-2', answer)]);
    });
    for (const key of ['o-1', 'o-2']) {
      const [outcome] = await claim(store, identity(key));
      check(outcome?.status === 'duplicate', `the claim of ${key} after both is ${outcome?.status}`);
      checkEqual(bytesOf(outcome.answer), [...answer], `the answer of ${key}`);
    }
  }),

  proves(
    'INB-16',
    'a worker comes back while another is at work',
    async (world) => {
      const store = await world.open();
      const { leaseMs } = world.harness.timing;
      const claimAs = (owner: string, ms: number) => claim(store, identity('o-1', { leaseMs: ms, owner }));
      const completeAs = (byte: number, owner?: string): Promise<void> => {
        const named = owner === undefined ? {} : { owner };
        const completions = [completion('o-1', new Uint8Array([byte]), named)];
        return store.transaction((transaction) => transaction.complete(completions));
      };
      await claimAs('first', leaseMs);
      await world.clock.sleep(leaseMs * 1.5);
      checkEqual(statusesOf(await claimAs('second', 60_000)), ['claimed'], 'the taker');
      checkEqual(await codeOfFailure(store, completeAs(1, 'first')), 'not-found', 'the completion of who was late');
      checkEqual(await codeOfFailure(store, completeAs(1)), 'not-found', 'the completion of nobody');
      checkEqual(statusesOf(await claimAs('third', 60_000)), ['in-progress'], 'the lease after both');
      await completeAs(2, 'second');
      const [found] = await claim(store, identity('o-1'));
      check(found?.status === 'duplicate', `the claim after all is ${found?.status}`);
      checkEqual(bytesOf(found.answer), [2], 'the answer that is kept');
    },
    patientModes,
  ),

  proves(
    'INB-17',
    'keys that are kept for a while',
    async (world) => {
      const store = await world.open();
      const retentionMs = world.harness.timing.leaseMs;
      const kept = identity('kept', { retentionMs });
      const leased = identity('leased', { retentionMs, leaseMs: 60_000 });
      const answered = identity('answered', { retentionMs, leaseMs: 60_000, owner: 'one' });
      checkEqual(
        statusesOf(await claim(store, kept, leased, answered)),
        ['claimed', 'claimed', 'claimed'],
        'the claims',
      );
      await store.transaction(({ complete }) => complete([completion('answered', answer, { owner: 'one' })]));
      checkEqual(statusesOf(await claim(store, kept, answered)), ['duplicate', 'duplicate'], 'claims within retention');
      await world.clock.sleep(retentionMs * 1.5);
      const others = [kept, leased, answered].map((known) => ({ ...known, fingerprint: 'v1:g', leaseMs: 0 }));
      const after = statusesOf(await claim(store, ...others));
      checkEqual(after, ['claimed', 'conflict', 'claimed'], 'claims of other bodies after retention');
      const [found] = await claim(store, { ...answered, fingerprint: 'v1:g' });
      checkEqual(found, { status: 'duplicate', answer: undefined }, 'what is left of the old answer');
    },
    patientModes,
  ),
];
