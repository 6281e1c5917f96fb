import { memoryStore } from '@waybill/core';
import type { ClaimOutcome, DeadLetterPage } from '@waybill/core/driver';
import { virtualClock } from '@waybill/core/testing';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { pgliteDatabase } from '../pglite/pglite-database.ts';
import { number } from '../testing/some-claims.ts';
import { everyOpenKey, history } from '../testing/state-history.ts';
import type { HistoryStep, StateCall } from '../testing/state-history.ts';
import { clearState, stateOf } from '../testing/state-of.ts';
import type { StateTransaction } from '../testing/state-of.ts';

const database = pgliteDatabase();
const state = await stateOf(database);
afterAll(() => database.close());

/** What can be told apart from outside; how long a lease still lasts and what positions are called is each store's own. */
const told = (outcomes: readonly ClaimOutcome[]): readonly unknown[] =>
  outcomes.map((outcome) => (outcome.status === 'in-progress' ? { status: outcome.status } : outcome));

const lettersOf = ({ letters }: DeadLetterPage): readonly unknown[] =>
  letters.map((letter) => ({ ...letter, position: 'its own' }));

type Calls = Pick<StateTransaction, 'claim' | 'complete' | 'change'>;

async function make(calls: readonly StateCall[], transaction: Calls): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  for (const call of calls) {
    if (call.does === 'claim') answers.push(told(await transaction.claim(...call.claims)));
    else if (call.does === 'complete') answers.push(await transaction.complete(...call.completions));
    else answers.push(await transaction.change(...call.changes));
  }
  return answers;
}

/** The error's code where the transaction failed. */
async function endOf(work: Promise<unknown>, codeOf: (error: unknown) => string): Promise<unknown> {
  return work.catch((error: unknown) => (error instanceof RolledBack ? error.answers : codeOf(error)));
}

class RolledBack extends Error {
  readonly answers: readonly unknown[];

  constructor(answers: readonly unknown[]) {
    super('rolled back');
    this.answers = answers;
  }
}

async function bothEnds(
  step: HistoryStep & { readonly does: 'transaction' },
  model: Model,
): Promise<readonly unknown[]> {
  const work = async (transaction: Calls): Promise<readonly unknown[]> => {
    const answers = await make(step.calls, transaction);
    if (!step.commits) throw new RolledBack(answers);
    return answers;
  };
  return Promise.all([
    endOf(state.transaction(work), errorCodeOf),
    endOf(
      model.store.transaction((own) =>
        work({
          claim: (...claims) => own.claim(claims),
          complete: (...completions) => own.complete(completions),
          change: (...changes) => own.changeDeadLetters(changes),
        }),
      ),
      model.store.codeOf,
    ),
  ]);
}

interface Model {
  readonly store: ReturnType<typeof memoryStore>;
  readonly clock: ReturnType<typeof virtualClock>;
}

const everything = { subscription: undefined, key: undefined, ids: undefined, after: 0, limit: 100 };

test(
  'whatever is claimed, completed, put aside and taken back, the tables answer as the memory store does',
  { timeout: 300_000 },
  async () => {
    const property = fc.asyncProperty(history, async (steps) => {
      await clearState(state.query);
      const clock = virtualClock();
      const model: Model = { store: memoryStore({ clock, newId: () => 'e' }), clock };
      for (const step of steps) {
        if (step.does === 'expire') {
          await clock.advance(1000);
          await state.query('update "waybill".inbox set lease_until = now() where lease_until is not null');
          await state.query('update "waybill".inbox set keep_until = now() where keep_until is not null');
          continue;
        }
        const [ours, theirs] = await bothEnds(step, model);
        expect(ours).toEqual(theirs);
      }
      expect(lettersOf(await state.read())).toEqual(lettersOf(await model.store.readDeadLetters(everything)));
      const [ours, theirs] = await bothEnds(
        { does: 'transaction', calls: [{ does: 'claim', claims: everyOpenKey }], commits: true },
        model,
      );
      expect(ours).toEqual(theirs);
    });
    await fc.assert(property, { numRuns: 150 });
  },
);

const numbers = fc.array(
  fc.record({
    epoch: fc.constantFrom('7.1.5', '7.1.5', '7.1.5', '7.2.5', '7.3.5', '8.2.5'),
    sequence: fc.integer({ min: 1, max: 6 }),
    firstSequence: fc.constantFrom(1, 1, 2),
    overGap: fc.constantFrom(false, false, false, true),
  }),
  { maxLength: 10 },
);

test(
  'numbers of one key in one call are answered as they are one by one, over failovers and gaps',
  { timeout: 300_000 },
  async () => {
    const property = fc.asyncProperty(numbers, fc.nat(10), async (all, split) => {
      await clearState(state.query);
      const alone: ClaimOutcome[] = [];
      for (const one of all) alone.push(...(await state.claim(number(one.sequence, { ...one, scope: 'alone' }))));
      const claims = all.map((one) => number(one.sequence, { ...one, scope: 'together' }));
      const together = [
        ...(await state.claim(...claims.slice(0, split))),
        ...(await state.claim(...claims.slice(split))),
      ];
      expect(together).toEqual(alone);
      const { rows } = await state.query('select distinct epoch, last::text as last from "waybill".cursors');
      expect(rows).toHaveLength(alone.some(({ status }) => status === 'claimed') ? 1 : 0);
    });
    await fc.assert(property, { numRuns: 150 });
  },
);
