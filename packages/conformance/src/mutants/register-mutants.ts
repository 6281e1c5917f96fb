import type { Harness, OpenHarness } from '../harness/harness.ts';
import type { TestRunner } from '../register-suite.ts';
import type { Mutant } from './mutant.ts';
import { mutants } from './mutants.ts';
import { runMutant } from './run-mutant.ts';

/**
 * One test for each mutant, each on channels of its own: side by side, and those that must be alone after the others. A mutant that
 * survives is a failure of the suite.
 */
export function registerMutants(runner: TestRunner, openHarness: OpenHarness): void {
  let opening: Promise<Harness> | undefined;
  runner.afterAll(async () => {
    await (await opening)?.stop();
  });
  const kill = async (mutant: Mutant, seed: number, skip: (reason: string) => void): Promise<void> => {
    opening ??= openHarness();
    const { status, reason } = await runMutant(mutant, await opening, seed);
    if (status === 'not-run') skip(reason);
    if (status === 'survived') throw new Error(`It survived where "${mutant.finding}" was due. ${reason}`);
  };
  const ordered = mutants.toSorted((one, other) => Number(one.isAlone ?? false) - Number(other.isAlone ?? false));
  for (const [place, mutant] of ordered.entries()) {
    const { killedBy, name, isAlone = false } = mutant;
    const options = { timeout: testTimeoutMs, concurrent: !isAlone };
    runner.test(`${killedBy} finds that ${name}`, options, ({ skip }) => kill(mutant, place + 1, skip));
  }
}

const testTimeoutMs = 120_000;
