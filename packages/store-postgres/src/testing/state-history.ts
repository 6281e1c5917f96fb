import type { Claim, Completion, DeadLetterChange } from '@waybill/core/driver';
import fc from 'fast-check';
import { identity, letter, number, openKey } from './some-claims.ts';

/** One call of a transaction. */
export type StateCall =
  | { readonly does: 'claim'; readonly claims: readonly Claim[] }
  | { readonly does: 'complete'; readonly completions: readonly Completion[] }
  | { readonly does: 'change'; readonly changes: readonly DeadLetterChange[] };

export type HistoryStep =
  | { readonly does: 'transaction'; readonly calls: readonly StateCall[]; readonly commits: boolean }
  /** All leases run out, and with them every retention. */
  | { readonly does: 'expire' };

/** Few and odd names, so that steps meet. */
const keys = ['a', 'b', 'e\u0301', 'é', 'a\0', '\ud800', 'k'.repeat(600)];
const scopes = ['s', 't'];
const key = fc.constantFrom(...keys);
const scope = fc.constantFrom(...scopes);
const owner = fc.constantFrom('one', 'one', 'two\0');
const epoch = fc.constantFrom('7.1.5', '7.1.5', '7.1.5', '7.2.5', 'other');

const claim: fc.Arbitrary<Claim> = fc.oneof(
  fc
    .record(
      {
        scope,
        key,
        fingerprint: fc.constantFrom('f', 'f', 'f', 'g'),
        leaseMs: fc.constantFrom(0, 1000),
        owner,
        retentionMs: fc.constant(1000),
      },
      { requiredKeys: ['scope', 'key', 'fingerprint', 'leaseMs'] },
    )
    .map(identity),
  fc
    .record({
      scope,
      key,
      epoch,
      sequence: fc.integer({ min: 1, max: 7 }),
      first: fc.constantFrom(1, 1, 3, 'itself' as const),
      overGap: fc.constantFrom(false, false, false, true),
    })
    .map(({ sequence, first, ...changes }) =>
      number(sequence, { ...changes, channel: 'c', firstSequence: first === 'itself' ? sequence : first }),
    ),
  fc.record({ scope, key }).map((changes) => openKey(changes.key, changes)),
);

/** Numbers of one key in a row, as a batch brings them. */
const run: fc.Arbitrary<readonly Claim[]> = fc
  .record({ scope, key, epoch, sequence: fc.integer({ min: 1, max: 5 }), length: fc.integer({ min: 1, max: 4 }) })
  .map(({ sequence, length, ...changes }) =>
    Array.from({ length }, (_, at) => number(sequence + at, { ...changes, channel: 'c' })),
  );

const completion: fc.Arbitrary<Completion> = fc.record(
  { scope, key, owner, answer: fc.option(fc.uint8Array({ maxLength: 3 }), { nil: undefined }) },
  { requiredKeys: ['scope', 'key', 'answer'] },
);

const id = fc.constantFrom('1', '2', '3\0', '\udc00', 'i'.repeat(600));

const change: fc.Arbitrary<DeadLetterChange> = fc.oneof(
  fc
    .record({
      id,
      subscription: scope,
      key: fc.option(key, { nil: undefined }),
      role: fc.constantFrom('poison' as const, 'behind' as const),
      error: key,
      headers: fc.dictionary(fc.constantFrom('__proto__', 'h', '\0'), key),
      body: fc.uint8Array({ maxLength: 3 }),
      parksKey: fc.boolean(),
    })
    .map(({ parksKey, id: name, ...changes }) => ({
      change: 'put' as const,
      letter: letter(name, { ...changes, channel: 'c' }),
      parksKey,
      outboxRowId: undefined,
    })),
  fc.record({ change: fc.constant('remove' as const), id }),
  fc.record({ change: fc.constant('count-replay' as const), id }),
);

const call: fc.Arbitrary<StateCall> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('claim' as const), claims: fc.array(claim, { maxLength: 8 }) }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('claim' as const), claims: run }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('complete' as const),
      completions: fc.array(completion, { maxLength: 2 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ does: fc.constant('change' as const), changes: fc.array(change, { maxLength: 3 }) }),
  },
);

const step: fc.Arbitrary<HistoryStep> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .record({
        does: fc.constant('transaction' as const),
        calls: fc.array(call, { minLength: 1, maxLength: 3 }),
        commits: fc.constantFrom(true, true, true, false),
      })
      .filter(({ calls }) => !putsAgain(calls)),
  },
  { weight: 1, arbitrary: fc.constant({ does: 'expire' as const }) },
);

/** One letter taken away and put again in one transaction: nobody does that, and the place of such a letter is nobody's promise. */
function putsAgain(calls: readonly StateCall[]): boolean {
  const removed = new Set<string>();
  for (const one of calls.flatMap((each) => (each.does === 'change' ? each.changes : []))) {
    if (one.change === 'remove') removed.add(one.id);
    else if (one.change === 'put' && removed.has(one.letter.id)) return true;
  }
  return false;
}

export const history: fc.Arbitrary<readonly HistoryStep[]> = fc.array(step, { minLength: 1, maxLength: 14 });

/** Asks for every key of a history. */
export const everyOpenKey: readonly Claim[] = keys.flatMap((name) =>
  scopes.map((one) => openKey(name, { scope: one })),
);
