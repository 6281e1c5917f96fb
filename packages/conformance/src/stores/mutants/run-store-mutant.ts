import type { StoreDriver } from '@waybill/core/driver';
import { judgeMutant } from '../../mutants/judge-mutant.ts';
import type { MutantVerdict } from '../../mutants/judge-mutant.ts';
import { runSuite } from '../../runner/run-suite.ts';
import type { StoreHarness } from '../harness/store-harness.ts';
import { storeSuite } from '../store-suite.ts';
import type { StoreMutant } from './store-mutant.ts';

/** Runs the one property that must find the mutant. */
export async function runStoreMutant(mutant: StoreMutant, harness: StoreHarness): Promise<MutantVerdict> {
  const { killedBy } = mutant;
  const { level, note } = harness.levels[killedBy];
  if (level === 'unsupported') return { status: 'not-run', reason: `${killedBy} is unsupported: ${note}` };
  const { results } = await runSuite({ suite: storeSuite, harness: mutateHarness(harness, mutant), only: [killedBy] });
  return judgeMutant(mutant, results[0]);
}

/** The same databases, reached through changed stores. What looks past the store stays as it is. */
function mutateHarness(harness: StoreHarness, { mutate }: StoreMutant): StoreHarness {
  const originals = new WeakMap<StoreDriver, StoreDriver>();
  const { abandon, ...faults } = harness.faults;
  return {
    ...harness,
    createDatabase: async () => {
      const database = await harness.createDatabase();
      const change = mutate();
      return {
        ...database,
        open: async () => {
          const store = await database.open();
          const mutated = change(store);
          originals.set(mutated, store);
          return mutated;
        },
      };
    },
    faults: { ...faults, ...(abandon && { abandon: (store) => abandon(originals.get(store) ?? store) }) },
  };
}
