import { expect, test } from 'vitest';
import { crashBoundaries } from './crash-boundary.ts';
import type { CrashBoundary } from './crash-boundary.ts';
import { flawless, outcomeOf, payments } from './crash-world.ts';

const seeds = [1, 2, 3, 4, 5];
const noisySeeds = 15;
/** Nobody can know how most calls went, and commits overlap. */
const noise = { rates: { refused: 0.05, requestLost: 0.05, replyLost: 0.05 }, lateCommitMsMax: 3000 };
/** How often a process really died at each boundary. */
const strikes = new Map<CrashBoundary, number>(crashBoundaries.map((boundary) => [boundary, 0]));

for (const payment of payments) {
  for (const first of crashBoundaries) {
    test(`with payments ${payment}, a crash at ${first}, alone or before one anywhere, loses, doubles and reorders nothing`, async () => {
      for (const seed of seeds) {
        for (const crashes of [[first], ...crashBoundaries.map((second) => [first, second])]) {
          const scenario = { seed, payment, crashes };
          const outcome = await outcomeOf(scenario);
          for (const boundary of outcome.struck) strikes.set(boundary, (strikes.get(boundary) ?? 0) + 1);
          expect(outcome).toEqual(flawless(scenario));
        }
      }
    }, 60_000);
  }
}

test('every boundary has killed a process in every place of the matrix', () => {
  const everywhere = payments.length * seeds.length * (2 * crashBoundaries.length + 1);
  expect(Object.fromEntries(strikes)).toEqual(
    Object.fromEntries(crashBoundaries.map((boundary) => [boundary, everywhere])),
  );
});

for (const first of crashBoundaries) {
  test(`a crash at ${first} among late commits, refused calls and lost replies loses, doubles and reorders nothing`, async () => {
    for (let seed = 1; seed <= noisySeeds; seed += 1) {
      for (const payment of payments) {
        const scenario = { seed, payment, crashes: [first], noise };
        expect(await outcomeOf(scenario)).toEqual(flawless(scenario));
      }
    }
  }, 60_000);
}
