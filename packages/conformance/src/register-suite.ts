import { isDeepStrictEqual } from 'node:util';
import type { Mode } from './harness/mode.ts';
import { committedFileOf, readCommitted, resultOf } from './report/committed-matrix.ts';
import { runSuite } from './runner/run-suite.ts';
import { idsOf } from './runner/suite.ts';
import type { Subject, Suite, SuiteHarness } from './runner/suite.ts';
import type { PropertyResult } from './runner/verdict.ts';

/** The part of vitest that is needed, so that the suite does not depend on it. */
export interface TestRunner {
  readonly afterAll: (task: () => Promise<void>) => void;
  readonly test: (
    name: string,
    options: { readonly timeout: number; readonly concurrent: boolean },
    run: (context: { readonly skip: (reason: string) => void }) => Promise<void>,
  ) => void;
}

export interface RegisterOptions {
  /** Default `standard`. */
  readonly mode?: Mode;
  readonly seed?: number;
  /** The folder of the kept matrices, with a slash at its end: a property that is met otherwise than the one of this harness says is a failure. */
  readonly guarantees?: URL;
}

/** One test for each property of the suite. */
export function registerSuite<Id extends string, Proven extends SuiteHarness<Id> & Subject, Place>(
  suite: Suite<Id, Proven, Place>,
  runner: TestRunner,
  openHarness: () => Promise<Proven>,
  options: RegisterOptions,
): void {
  const { mode = 'standard', guarantees } = options;
  let opening: Promise<Proven> | undefined;
  runner.afterAll(async () => {
    await (await opening)?.stop();
  });
  const verify = async (id: Id, skip: (reason: string) => void): Promise<void> => {
    opening ??= openHarness();
    const harness = await opening;
    const { results } = await runSuite({ ...options, suite, harness, only: [id] });
    const [result] = results;
    if (result === undefined) throw new Error(`${id} was given no verdict.`);
    if (result.verdict === 'fail') throw new Error(`${id} (${result.cause}): ${result.reason}`);
    if (guarantees !== undefined) await compare(result, new URL(committedFileOf(harness), guarantees));
    // What is kept as unproven has been run, and does what is written down of this server: that much is told.
    const isUnproven = result.verdict === 'unproven' && guarantees === undefined;
    if (isUnproven || (result.verdict === 'not-run' && hasCases(id))) skip(result.reason);
  };
  const hasCases = (id: Id): boolean => suite.cases.some((each) => each.id === id);
  const isAlone = (id: Id): boolean =>
    suite.cases.some((each) => each.id === id && each.isAlone && each.modes.includes(mode));
  // Last, because every test that must be alone ends what runs side by side before it.
  // What the suite leaves out altogether is no test, but the kept matrix must say so.
  const ids = idsOf(suite).filter((id) => hasCases(id) || guarantees !== undefined);
  for (const id of ids.toSorted((one, other) => Number(isAlone(one)) - Number(isAlone(other)))) {
    const how = { timeout: testTimeoutMs, concurrent: !isAlone(id) };
    runner.test(`${id} ${suite.properties[id]}`, how, ({ skip }) => verify(id, skip));
  }
}

const testTimeoutMs = 120_000;

async function compare<Id extends string>(result: PropertyResult<Id>, file: URL): Promise<void> {
  const { results } = await readCommitted<Id>(file);
  const kept = results.find(({ id }) => id === result.id);
  const found = resultOf(result);
  if (isDeepStrictEqual(kept, found)) return;
  const text = `${result.id} is not as the kept matrix has it: ${JSON.stringify(found)} and not ${JSON.stringify(kept)}`;
  throw new Error(`${text}. Run the suite with --guarantees to keep the new one.`);
}
