import { findBroker } from '@waybill/conformance/brokers';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { pgDatabase } from '../pg/pg-database.ts';
import { pgliteDatabase } from '../pglite/pglite-database.ts';
import type { Database } from '../sql/database.ts';
import {
  claimed,
  conflict,
  duplicate,
  gap,
  identity,
  letter,
  number,
  openKey,
  parked,
  put,
} from '../testing/some-claims.ts';
import { clearState, stateOf } from '../testing/state-of.ts';
import { createMakeClaims } from './create-make-claims.ts';

const server = await findBroker('postgres', 'claims on a PostgreSQL server');
const databases: readonly (readonly [string, Database])[] = [
  ['PGlite', pgliteDatabase()],
  ...(server === undefined ? [] : [['PostgreSQL', pgDatabase({ url: server.address })] as const]),
];

afterAll(async () => {
  for (const [, database] of databases) await database.close();
  await server?.stop();
});

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => errorCodeOf(error),
  );

describe.each(databases)('on %s', { timeout: 60_000 }, async (_, database) => {
  const state = await stateOf(database);
  const { claim, complete, change, query, transaction, prune } = state;
  const at = { scope: 'order-paid/stock', key: 'order-1' };
  const endLeases = () =>
    query(`update "waybill".inbox set lease_until = now() - interval '1 second' where lease_until is not null`);

  beforeEach(() => clearState(query));

  test('an identity is claimed once in its scope; another fingerprint is a conflict', async () => {
    expect(await claim(identity())).toEqual([claimed]);
    expect(await claim(identity())).toEqual([duplicate]);
    expect(await claim(identity({ fingerprint: 'g' }))).toEqual([conflict]);
    expect(await claim(identity({ scope: 'order-paid/mail' }))).toEqual([claimed]);
  });

  test('a leased identity is in progress until it is completed, and then answers with the very bytes', async () => {
    const answer = Uint8Array.from({ length: 300 }, (__, byte) => byte % 256);
    expect(await claim(identity({ leaseMs: 60_000 }))).toEqual([claimed]);
    const [outcome] = await claim(identity());
    expect(outcome).toMatchObject({ status: 'in-progress' });
    const retryAfterMs = outcome?.status === 'in-progress' ? outcome.retryAfterMs : 0;
    expect(retryAfterMs > 50_000 && retryAfterMs <= 60_000).toBe(true);
    await complete({ ...at, answer });
    expect(await claim(identity({ leaseMs: 1 }))).toEqual([{ status: 'duplicate', answer }]);
    expect(await claim(identity({ fingerprint: 'g' }))).toEqual([conflict]);
  });

  test('a lease without end stays in progress until it is completed', async () => {
    expect(await claim(identity({ leaseMs: Infinity }))).toEqual([claimed]);
    expect(await claim(identity({ leaseMs: Infinity }))).toMatchObject([{ status: 'in-progress' }]);
    await complete({ ...at, answer: undefined });
    expect(await claim(identity())).toEqual([duplicate]);
  });

  test('an empty answer is an answer', async () => {
    await claim(identity({ leaseMs: 60_000 }));
    await complete({ ...at, answer: new Uint8Array() });
    expect(await claim(identity())).toEqual([{ status: 'duplicate', answer: new Uint8Array() }]);
  });

  test('a lease that ran out may be had by the next, and only the first of both completes', async () => {
    await claim(identity({ leaseMs: 60_000 }));
    await endLeases();
    expect(await claim(identity({ fingerprint: 'g', leaseMs: 60_000 }))).toEqual([conflict]);
    expect(await claim(identity({ leaseMs: 60_000 }))).toEqual([claimed]);
    await complete({ ...at, answer: new Uint8Array([1]) });
    expect(await codeOf(complete({ ...at, answer: new Uint8Array([2]) }))).toBe('not-found');
    expect(await claim(identity())).toEqual([{ status: 'duplicate', answer: new Uint8Array([1]) }]);
  });

  test('a lease that another owner has taken over is completed by that owner alone', async () => {
    await claim(identity({ leaseMs: 60_000, owner: 'first' }));
    await endLeases();
    expect(await claim(identity({ leaseMs: 60_000, owner: 'second\0' }))).toEqual([claimed]);
    expect(await codeOf(complete({ ...at, owner: 'first', answer: new Uint8Array([1]) }))).toBe('not-found');
    expect(await codeOf(complete({ ...at, answer: new Uint8Array([1]) }))).toBe('not-found');
    await complete({ ...at, owner: 'second\0', answer: new Uint8Array([2]) });
    expect(await claim(identity())).toEqual([{ status: 'duplicate', answer: new Uint8Array([2]) }]);
  });

  test('after its retention a key is new, with nothing of the old one; a lease keeps it', async () => {
    await claim(
      identity({ leaseMs: 60_000, retentionMs: 60_000 }),
      identity({ key: 'leased', leaseMs: 60_000, retentionMs: 1 }),
    );
    await complete({ ...at, answer: new Uint8Array([1]) });
    const endRetentions = () => query(`update "waybill".inbox set keep_until = now() - interval '1 second'`);
    expect(await claim(identity({ fingerprint: 'g' }))).toEqual([conflict]);
    await endRetentions();
    expect(await claim(identity({ fingerprint: 'g' }), identity({ key: 'leased', fingerprint: 'g' }))).toEqual([
      claimed,
      conflict,
    ]);
    expect(await claim(identity({ fingerprint: 'g' }))).toEqual([duplicate]);
    expect(await claim(identity({ key: 'far', retentionMs: Infinity }), identity({ key: 'far' }))).toEqual([
      claimed,
      duplicate,
    ]);
  });

  test('a claim may be completed in its own transaction, also in another savepoint; what nobody claimed cannot be', async () => {
    await transaction(async (own) => {
      await own.query('savepoint one');
      await own.claim(identity());
      await own.query('release savepoint one');
      await own.complete({ ...at, answer: new Uint8Array([6]) }, { ...at, answer: new Uint8Array([7]) });
      await own.complete({ ...at, answer: new Uint8Array([8]) });
    });
    expect(await claim(identity())).toEqual([{ status: 'duplicate', answer: new Uint8Array([8]) }]);
    expect(await codeOf(complete({ ...at, answer: undefined }))).toBe('not-found');
    expect(await codeOf(complete({ ...at, key: 'order-2', answer: undefined }))).toBe('not-found');
  });

  test('completions are all or none', async () => {
    await claim(identity({ leaseMs: 60_000 }));
    const both = complete({ ...at, answer: undefined }, { ...at, key: 'order-2', answer: undefined });
    expect(await codeOf(both)).toBe('not-found');
    expect(await claim(identity())).toMatchObject([{ status: 'in-progress' }]);
    await complete();
  });

  test('the same identity twice in one call: the second is answered by what the first has done', async () => {
    expect(await claim(identity(), identity(), identity({ fingerprint: 'g' }))).toEqual([claimed, duplicate, conflict]);
    const leased = identity({ key: 'order-2', leaseMs: 60_000 });
    expect(await claim(leased, leased)).toMatchObject([claimed, { status: 'in-progress' }]);
    await endLeases();
    // The first changes nothing, so the lease that ran out is still there for the second.
    expect(await claim({ ...leased, fingerprint: 'g' }, leased, leased)).toMatchObject([
      conflict,
      claimed,
      { status: 'in-progress' },
    ]);
  });

  test('the fence lets each number through once and in order, and tells duplicates from gaps', async () => {
    expect(await claim(number(2))).toEqual([gap(1)]);
    expect(await claim(number(1), number(2), number(2), number(4))).toEqual([claimed, claimed, duplicate, gap(3)]);
    expect(await claim(number(1))).toEqual([duplicate]);
    expect(await claim(number(3), number(1, { key: 'other' }))).toEqual([claimed, claimed]);
    expect(await claim(number(2), number(3), number(4), number(5))).toEqual([duplicate, duplicate, claimed, claimed]);
    expect(await claim(number(5), number(5), number(7), number(6), number(7))).toEqual([
      duplicate,
      duplicate,
      gap(6),
      claimed,
      claimed,
    ]);
    expect(await claim(number(8), number(10))).toEqual([claimed, gap(9)]);
  });

  test('a scope without a cursor begins where it is told to, and given-up numbers are passed over', async () => {
    expect(await claim(number(5, { firstSequence: 5 }), number(6))).toEqual([claimed, claimed]);
    expect(await claim(number(4))).toEqual([duplicate]);
    expect(await claim(number(9, { overGap: true }), number(10))).toEqual([claimed, claimed]);
    expect(await claim(number(10, { overGap: true }))).toEqual([duplicate]);
    expect(await claim(number(7, { key: 'b', overGap: true }), number(8, { key: 'b' }))).toEqual([claimed, claimed]);
  });

  test('a failover to the next timeline goes on with the next number; what a restore numbers anew is never a duplicate', async () => {
    const first = { epoch: '7.1.5' };
    const promoted = { epoch: '7.2.5' };
    expect(await claim(number(1, first), number(2, first), number(3, first))).toEqual([claimed, claimed, claimed]);
    expect(await claim(number(3, promoted))).toEqual([conflict]);
    expect(await claim(number(5, promoted))).toEqual([gap(4)]);
    expect(await claim(number(2, { epoch: '8.1.5' }))).toEqual([conflict]);
    expect(await claim(number(4, { epoch: '8.1.5' }))).toEqual([conflict]);
    expect(await claim(number(4, promoted), number(5, promoted))).toEqual([claimed, claimed]);
    expect(await claim(number(3, first), number(6, first), number(6, promoted))).toEqual([
      duplicate,
      conflict,
      claimed,
    ]);
    // Two messages may have one number: that of the one timeline was passed, that of the other was lost.
    expect(await claim(number(4, first), number(3, promoted), number(4, promoted))).toEqual([
      conflict,
      conflict,
      duplicate,
    ]);
    expect(await query('select epoch, last::text as last, since::text as since from "waybill".cursors')).toMatchObject({
      rows: [{ epoch: '7.2.5', last: '6', since: '4' }],
    });
    // The cursor is new, and the numbering changes within the call.
    const other = { key: 'other' };
    await claim(number(1, { ...first, ...other }), number(2, { ...promoted, ...other }));
    expect(await claim(number(1, { ...promoted, ...other }), number(2, { ...first, ...other }))).toEqual([
      conflict,
      conflict,
    ]);
  });

  test('numbers beyond 2^31 are numbers', async () => {
    const far = Number.MAX_SAFE_INTEGER - 1;
    expect(await claim(number(far, { firstSequence: far }), number(far + 1))).toEqual([claimed, claimed]);
    expect(await claim(number(far))).toEqual([duplicate]);
  });

  test('a claim that is not claimed changes nothing, and a rollback takes back what was claimed', async () => {
    const failed = transaction(async (own) => {
      await own.claim(identity(), number(1), number(3));
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await claim(identity(), number(3), number(1))).toEqual([claimed, gap(1), claimed]);
  });

  test('keys of strangers are told apart by their code units: NUL, halves of characters, normal forms, 9 kB', async () => {
    const keys = [
      '',
      '\0',
      'a\0',
      '\ud800',
      '\udc00',
      '\ufffd',
      'é',
      'e\u0301',
      'k'.repeat(9000),
      'k'.repeat(9001),
      "';--",
    ];
    const all = keys.flatMap((key) => [identity({ key }), number(1, { key }), openKey(key)]);
    expect(new Set((await claim(...all)).map(({ status }) => status))).toEqual(new Set(['claimed']));
    expect(await claim(...keys.map((key) => identity({ key })))).toEqual(keys.map(() => duplicate));
    expect(await claim(...keys.map((key) => number(1, { key })))).toEqual(keys.map(() => duplicate));
    const scopes = keys.map((scope) => identity({ scope, fingerprint: scope }));
    expect(await claim(...scopes)).toEqual(keys.map(() => claimed));
  });

  test('a key is open until a letter parks it, and again with its last letter', async () => {
    expect(await claim(openKey(), openKey('other'))).toEqual([claimed, claimed]);
    await change(put(letter('1')), put(letter('2')));
    expect(await claim(openKey(), openKey('other'), openKey('k', { scope: 't' }))).toEqual([parked, claimed, claimed]);
    await change({ change: 'remove', id: '1' });
    expect(await claim(openKey())).toEqual([parked]);
    await change({ change: 'remove', id: '2' });
    expect(await claim(openKey())).toEqual([claimed]);
  });

  test('claims of all kinds are one round trip, whatever the number of keys', async () => {
    await transaction(async ({ query: send }) => {
      let statements = 0;
      const counted: typeof send = (text, values) => {
        statements += 1;
        return send(text, values);
      };
      const makeClaims = createMakeClaims({ schema: '"waybill"' });
      const keys = Array.from({ length: 20 }, (__, each) => `k-${each}`);
      const all = (first: number) =>
        keys.flatMap((key) => [
          identity({ key: `${key}-${first}` }),
          number(first, { key }),
          number(first + 1, { key }),
          openKey(key),
        ]);
      expect(await makeClaims(counted, all(1))).toEqual(Array.from({ length: 80 }, () => claimed));
      expect(await makeClaims(counted, all(3))).toEqual(Array.from({ length: 80 }, () => claimed));
      expect(statements).toBe(2);
      expect(await makeClaims(counted, [])).toEqual([]);
      expect(statements).toBe(2);
    });
  });

  test('old marks go in batches; young ones, leases under way, cursors and numberings stay', async () => {
    await claim(...Array.from({ length: 25 }, (__, each) => identity({ key: `old-${each}` })));
    await claim(identity({ key: 'leased', leaseMs: 60_000 }), number(1));
    await query(`update "waybill".inbox set claimed_at = now() - interval '10 days'`);
    await claim(identity({ key: 'young' }));
    for (const illegal of [{ olderThanMs: 0 }, { olderThanMs: Number.NaN }, { olderThanMs: 1, batch: 0 }]) {
      await expect(prune(illegal)).rejects.toMatchObject({ reason: 'illegal-options' });
    }
    expect(await prune({ olderThanMs: 11 * 86_400_000, batch: 10 })).toBe(0);
    expect(await prune({ olderThanMs: 9 * 86_400_000, batch: 10 })).toBe(25);
    expect(await claim(identity({ key: 'old-1' }), identity({ key: 'young' }), number(1))).toEqual([
      claimed,
      duplicate,
      duplicate,
    ]);
    expect(await claim(identity({ key: 'leased' }))).toMatchObject([{ status: 'in-progress' }]);
  });
});
