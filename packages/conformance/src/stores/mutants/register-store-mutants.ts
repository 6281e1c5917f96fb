import type { TestRunner } from '../../register-suite.ts';
import type { OpenStoreHarness, StoreHarness } from '../harness/store-harness.ts';
import { runStoreMutant } from './run-store-mutant.ts';
import type { StoreMutant } from './store-mutant.ts';
import { storeMutants } from './store-mutants.ts';

/** One test for each mutant of a store, each on a database of its own. A mutant that survives is a failure of the suite. */
export function registerStoreMutants(runner: TestRunner, openStoreHarness: OpenStoreHarness): void {
  let opening: Promise<StoreHarness> | undefined;
  runner.afterAll(async () => {
    await (await opening)?.stop();
  });
  const kill = async (mutant: StoreMutant, skip: (reason: string) => void): Promise<void> => {
    opening ??= openStoreHarness();
    const { status, reason } = await runStoreMutant(mutant, await opening);
    if (status === 'not-run') skip(reason);
    if (status === 'survived') throw new Error(`It survived where "${mutant.finding}" was due. ${reason}`);
  };
  for (const mutant of storeMutants) {
    const options = { timeout: testTimeoutMs, concurrent: true };
    runner.test(`${mutant.killedBy} finds that ${mutant.name}`, options, ({ skip }) => kill(mutant, skip));
  }
}

const testTimeoutMs = 120_000;
