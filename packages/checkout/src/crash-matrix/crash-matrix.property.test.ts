import { crashBoundaries } from '@waybill/core/testing';
import type { CrashBoundary } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import type { Scenario } from './crash-world.ts';
import { liveThrough, unharmed } from './live-through.ts';
import type { Outcome } from './live-through.ts';

const seedsOfPairs = 2;
const seedsAlone = 10;

type Terms = Omit<Scenario, 'seed' | 'strikes'>;

const crash: Terms = { fault: 'crash', broker: 'plain', providerKeys: 'honoured' };

/** How often each boundary was really struck. */
const hits = new Map<CrashBoundary, number>(crashBoundaries.map((boundary) => [boundary, 0]));

const scenariosOf = (strikes: readonly CrashBoundary[], seeds: number, terms: Terms): readonly Scenario[] =>
  Array.from({ length: seeds }, (_, index) => ({ seed: index + 1, strikes, ...terms }));

async function expectNoHarm(scenarios: readonly Scenario[]): Promise<void> {
  const outcomes: Outcome[] = [];
  for (const scenario of scenarios) outcomes.push(await liveThrough(scenario));
  expect(outcomes).toEqual(scenarios.map(unharmed));
  for (const at of outcomes.flatMap(({ struck }) => struck)) hits.set(at, (hits.get(at) ?? 0) + 1);
}

for (const first of crashBoundaries) {
  test(`a crash at ${first} and one anywhere after it lose no order and charge nobody twice`, async () => {
    const pairs = crashBoundaries.map((second) => [first, second]);
    await expectNoHarm(pairs.flatMap((strikes) => scenariosOf(strikes, seedsOfPairs, crash)));
  }, 60_000);

  test(`a crash at ${first} does no harm either where the provider honours no keys, or the queue none of its promises`, async () => {
    await expectNoHarm([
      ...scenariosOf([first], seedsAlone, crash),
      ...scenariosOf([first], seedsAlone, { ...crash, providerKeys: 'ignored' }),
      ...scenariosOf([first], seedsAlone, { ...crash, broker: 'sqs-standard' }),
      ...scenariosOf([first], seedsAlone, { ...crash, broker: 'sqs-fifo' }),
    ]);
  }, 60_000);

  test(`a process that freezes at ${first} past its leases does no harm when it comes back`, async () => {
    await expectNoHarm(scenariosOf([first], seedsAlone, { ...crash, fault: 'freeze' }));
  }, 60_000);
}

test('every boundary was struck in every place of the matrix', () => {
  const everywhere = 2 * crashBoundaries.length * seedsOfPairs + 5 * seedsAlone;
  expect(Object.fromEntries(hits)).toEqual(Object.fromEntries(crashBoundaries.map((one) => [one, everywhere])));
});
