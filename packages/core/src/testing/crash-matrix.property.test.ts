import { expect, test } from 'vitest';
import { crashBoundaries } from './crash-boundary.ts';
import type { CrashBoundary } from './crash-boundary.ts';
import { flawless, outcomeOf, payments } from './crash-world.ts';
import type { Outcome, Scenario } from './crash-world.ts';

/** Nobody can know how most calls went, and commits overlap. */
const noise = { rates: { refused: 0.05, requestLost: 0.05, replyLost: 0.05 }, lateCommitMsMax: 3000 };
const seedsOfPairs = 3;
const seedsAlone = 10;
/** How often each boundary was really struck, alone or in a pair. */
const hits = new Map<CrashBoundary, number>(crashBoundaries.map((boundary) => [boundary, 0]));

function variants(seeds: number, rest: Omit<Scenario, 'seed' | 'payment'>): readonly Scenario[] {
  const numbers = Array.from({ length: seeds }, (_, at) => at + 1);
  return numbers.flatMap((seed) => payments.map((payment) => ({ ...rest, seed, payment })));
}

async function outcomesOf(scenarios: readonly Scenario[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const scenario of scenarios) outcomes.push(await outcomeOf(scenario));
  return outcomes;
}

for (const first of crashBoundaries) {
  const scenarios = [[first], ...crashBoundaries.map((second) => [first, second])].flatMap((strikes) =>
    variants(seedsOfPairs, { strikes, fault: 'crash' }),
  );
  test(`a crash at ${first}, alone or before one anywhere, loses, doubles and reorders nothing`, async () => {
    const outcomes = await outcomesOf(scenarios);
    expect(outcomes).toEqual(scenarios.map(flawless));
    for (const at of outcomes.flatMap(({ struck }) => struck)) hits.set(at, (hits.get(at) ?? 0) + 1);
  }, 60_000);
}

test('every boundary was struck in every place of the matrix', () => {
  const everywhere = payments.length * seedsOfPairs * (2 * crashBoundaries.length + 1);
  expect(Object.fromEntries(hits)).toEqual(Object.fromEntries(crashBoundaries.map((one) => [one, everywhere])));
});

for (const boundary of crashBoundaries) {
  const strikes = [boundary];

  test(`a crash at ${boundary} among late commits, refused calls and lost replies does no harm`, async () => {
    const scenarios = variants(seedsAlone, { strikes, fault: 'crash', noise });
    expect(await outcomesOf(scenarios)).toEqual(scenarios.map(flawless));
  }, 60_000);

  test(`a process that freezes at ${boundary} past its leases does no harm when it comes back`, async () => {
    const quiet = variants(seedsAlone, { strikes, fault: 'freeze' });
    const scenarios = [...quiet, ...variants(seedsAlone, { strikes, fault: 'freeze', noise })];
    expect(await outcomesOf(scenarios)).toEqual(scenarios.map(flawless));
  }, 60_000);
}
