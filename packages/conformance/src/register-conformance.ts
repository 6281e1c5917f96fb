import { cases } from './cases/cases.ts';
import type { OpenHarness } from './harness/harness.ts';
import type { Mode } from './harness/mode.ts';
import { propertyIds, properties } from './properties/properties.ts';
import type { Deviation } from './runner/deviation.ts';
import { runSuite } from './runner/run-suite.ts';

/** The part of vitest that is needed, so that the suite does not depend on it. */
export interface TestRunner {
  readonly afterAll: (task: () => Promise<void>) => void;
  readonly test: (
    name: string,
    options: { readonly timeout: number },
    run: (context: { readonly skip: (reason: string) => void }) => Promise<void>,
  ) => void;
}

export interface RegisterOptions {
  /** Default `standard`. */
  readonly mode?: Mode;
  readonly seed?: number;
  readonly deviations?: readonly Deviation[];
}

/** One test for each property. What was not run is skipped with its reason; only a failure fails. */
export function registerConformance(runner: TestRunner, openHarness: OpenHarness, options: RegisterOptions = {}): void {
  let opening: ReturnType<OpenHarness> | undefined;
  runner.afterAll(async () => {
    await (await opening)?.stop();
  });
  for (const id of propertyIds) {
    const verify = async ({ skip }: { readonly skip: (reason: string) => void }): Promise<void> => {
      opening ??= openHarness();
      const { results } = await runSuite({ ...options, harness: await opening, cases, only: [id] });
      const [result] = results;
      if (result?.verdict === 'not-run') skip(result.reason);
      if (result?.verdict === 'fail') throw new Error(`${id} (${result.cause}): ${result.reason}`);
    };
    runner.test(`${id} ${properties[id]}`, { timeout: testTimeoutMs }, verify);
  }
}

const testTimeoutMs = 120_000;
