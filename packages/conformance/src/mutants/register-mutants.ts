import type { OpenHarness } from '../harness/harness.ts';
import { mutants } from './mutants.ts';
import { runMutant } from './run-mutant.ts';

/** The part of vitest that is needed, so that the suite does not depend on it. */
export interface MutantRunner {
  readonly afterAll: (task: () => Promise<void>) => void;
  readonly test: {
    readonly concurrent: (
      name: string,
      options: { readonly timeout: number },
      run: (context: { readonly skip: (reason: string) => void }) => Promise<void>,
    ) => void;
  };
}

/** One test for each mutant; several run at a time, each on channels of its own. A mutant that survives is a failure of the suite. */
export function registerMutants(runner: MutantRunner, openHarness: OpenHarness): void {
  let opening: ReturnType<OpenHarness> | undefined;
  runner.afterAll(async () => {
    await (await opening)?.stop();
  });
  for (const [place, mutant] of mutants.entries()) {
    const kill = async ({ skip }: { readonly skip: (reason: string) => void }): Promise<void> => {
      opening ??= openHarness();
      const { status, reason } = await runMutant(mutant, await opening, place + 1);
      if (status === 'not-run') skip(reason);
      if (status === 'survived') throw new Error(`It survived where "${mutant.finding}" was due. ${reason}`);
    };
    runner.test.concurrent(`${mutant.killedBy} finds that ${mutant.name}`, { timeout: testTimeoutMs }, kill);
  }
}

const testTimeoutMs = 120_000;
