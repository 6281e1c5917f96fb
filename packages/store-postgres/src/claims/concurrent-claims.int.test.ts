import { findBroker } from '@waybill/conformance/brokers';
import type { Claim, ClaimOutcome } from '@waybill/core/driver';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { pgDatabase } from '../pg/pg-database.ts';
import type { Database } from '../sql/database.ts';
import type { SqlQuery } from '../sql/sql-query.ts';
import { oneByOne } from '../testing/one-by-one.ts';
import { claimed, conflict, duplicate, gap, identity, number } from '../testing/some-claims.ts';
import { clearState, stateOf } from '../testing/state-of.ts';
import type { StateTransaction } from '../testing/state-of.ts';
import { untilWaiting } from '../testing/until-waiting.ts';
import { createMakeClaims } from './create-make-claims.ts';

const server = await findBroker('postgres', 'concurrent claims on a PostgreSQL server');

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => errorCodeOf(error),
  );

afterAll(() => server?.stop());

describe.skipIf(server === undefined).each([
  ['statements that go out together', (database: Database) => database],
  ['one statement at a time', oneByOne],
] as const)('concurrent claims on PostgreSQL, %s', { timeout: 60_000 }, async (__, sending) => {
  if (server === undefined) return;
  const database = sending(pgDatabase({ url: server.address, connectionsMax: 50, lockTimeoutMs: 20_000 }));
  const impatient = sending(pgDatabase({ url: server.address, lockTimeoutMs: 50 }));
  const state = await stateOf(database);
  const { claim, complete, query, transaction } = state;
  const hurried = await stateOf(impatient);

  beforeEach(() => clearState(query));
  afterAll(async () => {
    await database.close();
    await impatient.close();
  });

  /** A transaction that has done its work and waits for the word to end. */
  const held = async (work: (own: StateTransaction) => Promise<unknown>) => {
    const worked = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const ended = transaction(async (own) => {
      await work(own);
      worked.resolve();
      await end.promise;
    });
    ended.catch(worked.reject);
    await worked.promise;
    return {
      commit: async () => {
        end.resolve();
        await ended;
      },
      rollBack: async () => {
        end.reject(new Error('rolled back'));
        await ended.catch(() => undefined);
      },
    };
  };

  test('of 50 copies that come at once one is claimed and all others are duplicates', async () => {
    const outcomes = (await Promise.all(Array.from({ length: 50 }, () => claim(identity())))).flat();
    expect(outcomes.filter(({ status }) => status === 'claimed')).toHaveLength(1);
    expect(outcomes.filter(({ status }) => status === 'duplicate')).toHaveLength(49);
  });

  test('of 50 copies with different bodies one is claimed and all others are conflicts', async () => {
    const copies = Array.from({ length: 50 }, (_, at) => claim(identity({ fingerprint: `f-${at}` })));
    const outcomes = (await Promise.all(copies)).flat();
    expect(outcomes.filter(({ status }) => status === 'claimed')).toHaveLength(1);
    expect(outcomes.filter(({ status }) => status === 'conflict')).toHaveLength(49);
  });

  test('a lease that ran out is taken by exactly one of many', async () => {
    await claim(identity({ leaseMs: 60_000 }));
    await query(`update "waybill".inbox set lease_until = now() - interval '1 second'`);
    const copies = Array.from({ length: 20 }, () => claim(identity({ leaseMs: 60_000 })));
    const outcomes = (await Promise.all(copies)).flat();
    expect(outcomes.filter(({ status }) => status === 'claimed')).toHaveLength(1);
    const waiting = outcomes.flatMap((outcome) => (outcome.status === 'in-progress' ? outcome.retryAfterMs : []));
    expect(waiting).toHaveLength(19);
    expect(Math.min(...waiting)).toBeGreaterThan(0);
  });

  test('of two workers that complete one claim at once one fails', async () => {
    await claim(identity({ leaseMs: 60_000 }));
    const completion = { scope: 'order-paid/stock', key: 'order-1', answer: new Uint8Array([1]) };
    const first = await held((own) => own.complete(completion));
    const second = codeOf(complete({ ...completion, answer: new Uint8Array([2]) }));
    await untilWaiting(query);
    await first.commit();
    expect(await second).toBe('not-found');
    expect(await claim(identity())).toEqual([{ status: 'duplicate', answer: new Uint8Array([1]) }]);
  });

  test('a copy waits for the first: it is a duplicate after its commit, and claimed after its rollback', async () => {
    const both = [identity(), number(1)];
    const failing = await held((own) => own.claim(...both));
    const second = await Promise.all([claim(...both), untilWaiting(query).then(failing.rollBack)]);
    expect(second[0]).toEqual([claimed, claimed]);
    const more = [identity({ key: 'order-2' }), number(2), identity({ key: 'order-3', fingerprint: 'g' })];
    const first = await held((own) => own.claim(identity({ key: 'order-2' }), number(2), identity({ key: 'order-3' })));
    const third = await Promise.all([claim(...more), untilWaiting(query).then(first.commit)]);
    expect(third[0]).toEqual([duplicate, duplicate, conflict]);
  });

  test('a number that is the next one once the first has committed is claimed, also where the first made the cursor', async () => {
    const first = await held((own) => own.claim(number(1), number(1, { key: 'z' })));
    const second = await Promise.all([
      claim(number(1), number(2), number(1, { key: 'a' })),
      untilWaiting(query).then(first.commit),
    ]);
    expect(second[0]).toEqual([duplicate, claimed, claimed]);
    expect(await claim(number(2), number(4), number(1, { key: 'a' }))).toEqual([duplicate, gap(4 - 1), duplicate]);
  });

  test('eight connections move the cursors of shared keys in any order: no deadlock, and each number once', async () => {
    const keys = Array.from({ length: 6 }, (_, at) => `k-${at}`);
    const rounds = 25;
    const tally = new Map<string, number>();
    const count = (name: string) => tally.set(name, (tally.get(name) ?? 0) + 1);
    const worker = async (seed: number): Promise<void> => {
      for (let round = 1; round <= rounds; round += 1) {
        const shuffled = keys.toSorted((left, right) => spread(left, seed + round) - spread(right, seed + round));
        const claims = shuffled.map((key) => number(round, { key }));
        const outcomes = await claim(...claims);
        for (const [at, { status }] of outcomes.entries()) {
          expect(['claimed', 'duplicate']).toContain(status);
          if (status === 'claimed') count(`${claims[at]?.key} ${round}`);
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, seed) => worker(seed * 7)));
    expect([...tally.values()].filter((times) => times !== 1)).toEqual([]);
    expect(tally.size).toBe(keys.length * rounds);
  });

  test('many new cursors that everybody makes at once, in subsets of any kind, end in no deadlock', async () => {
    const tally: string[] = [];
    for (let round = 0; round < 15; round += 1) {
      const keys = Array.from({ length: 8 }, (_, at) => `r${round}-${at}`);
      const worker = async (seed: number): Promise<void> => {
        for (const part of [3, 5, 8]) {
          const some = keys.filter((key) => spread(key, seed * part) % 3 !== 0 || part === 8);
          const outcomes = await claim(...some.map((key) => number(1, { key })), identity({ key: `r${round}` }));
          for (const [at, outcome] of outcomes.entries()) {
            if (outcome.status === 'claimed') tally.push(some[at] ?? `r${round}`);
          }
        }
      };
      await Promise.all(Array.from({ length: 8 }, (_, seed) => worker(seed + 1)));
    }
    expect(tally.toSorted()).toEqual([...new Set(tally)].toSorted());
    expect(tally).toHaveLength(15 * 9);
  });

  test('new identities and new cursors that come in opposite orders wait for each other in one', async () => {
    for (let round = 0; round < 5; round += 1) {
      const keys = Array.from({ length: 60 }, (_, at) => `${round}-${at}`);
      const orders = [keys, keys.toReversed(), keys, keys.toReversed()];
      const kinds: readonly ((key: string) => Claim)[] = [(key) => number(1, { key }), (key) => identity({ key })];
      for (const make of kinds) {
        const outcomes = (await Promise.all(orders.map((some) => claim(...some.map(make))))).flat();
        expect(outcomes.filter(({ status }) => status === 'claimed')).toHaveLength(60);
        expect(outcomes.filter(({ status }) => status === 'duplicate')).toHaveLength(180);
      }
    }
  });

  test('who must ask again for a cursor that was new holds none that others know', async () => {
    await claim(number(1, { key: 'c' }));
    const first = await held((own) => own.claim(number(1, { key: 'b' })));
    const between: (readonly ClaimOutcome[])[] = [];
    const second = database.transaction(async ({ query: send }) => {
      let statements = 0;
      const halting: SqlQuery = async (text, values) => {
        statements += 1;
        // Would wait for `c`, and the transaction for `b`: a deadlock.
        if (statements === 2) between.push(await hurried.claim(number(2, { key: 'b' }), number(2, { key: 'c' })));
        return send(text, values);
      };
      const makeClaims = createMakeClaims({ schema: '"waybill"' });
      return makeClaims(halting, [number(1, { key: 'a' }), number(1, { key: 'b' }), number(3, { key: 'c' })]);
    });
    await untilWaiting(query);
    await first.commit();
    expect(await second).toEqual([claimed, duplicate, claimed]);
    expect(between).toEqual([[claimed, claimed]]);
  });

  test('a copy that waits too long is told to come again, and no attempt is lost', async () => {
    const first = await held((own) => own.claim(identity(), number(1)));
    expect(await codeOf(hurried.claim(identity()))).toBe('write-conflict');
    expect(await codeOf(hurried.claim(number(1)))).toBe('write-conflict');
    await first.rollBack();
    expect(await hurried.claim(identity(), number(1))).toEqual([claimed, claimed]);
  });

  test('the store works in READ COMMITTED: a stronger level would fail where a copy is only a duplicate', async () => {
    await transaction(async (own) => {
      const { rows } = await own.query('show transaction_isolation');
      expect(rows[0]).toEqual({ transaction_isolation: 'read committed' });
    });
    const naive = (own: StateTransaction) => own.query('set transaction isolation level repeatable read');
    const outcomes: (ClaimOutcome | undefined)[] = [];
    const late = transaction(async (own) => {
      await naive(own);
      await own.query('select 1');
      await claim(identity());
      outcomes.push(...(await own.claim(identity())));
    });
    expect(await codeOf(late)).toBe('write-conflict');
    expect(outcomes).toEqual([]);
  });
});

/** A fixed shuffle: the same in every run. */
function spread(text: string, seed: number): number {
  let hash = 0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1);
  for (const unit of text) hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
