import { isDeepStrictEqual } from 'node:util';
import { cases } from './cases/cases.ts';
import type { Harness, OpenHarness } from './harness/harness.ts';
import type { Mode } from './harness/mode.ts';
import { propertyIds, properties } from './properties/properties.ts';
import type { PropertyId } from './properties/properties.ts';
import { committedFileOf, readCommitted, resultOf } from './report/committed-matrix.ts';
import { runSuite } from './runner/run-suite.ts';
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

/**
 * One test for each property, side by side as far as they may. What cannot be told here is skipped with its reason; one that had a verdict
 * in the kept matrix and has lost its cases is a failure.
 */
export function registerConformance(runner: TestRunner, openHarness: OpenHarness, options: RegisterOptions = {}): void {
  const { mode = 'standard', guarantees } = options;
  let opening: Promise<Harness> | undefined;
  runner.afterAll(async () => {
    await (await opening)?.stop();
  });
  const verify = async (id: PropertyId, skip: (reason: string) => void): Promise<void> => {
    opening ??= openHarness();
    const harness = await opening;
    const { results } = await runSuite({ ...options, harness, cases, only: [id] });
    const [result] = results;
    if (result === undefined) throw new Error(`${id} was given no verdict.`);
    if (result.verdict === 'fail') throw new Error(`${id} (${result.cause}): ${result.reason}`);
    if (guarantees !== undefined) await compare(result, new URL(committedFileOf(harness), guarantees));
    if (result.verdict === 'not-run') skip(result.reason);
  };
  const isAlone = (id: PropertyId): boolean =>
    cases.some((each) => each.id === id && each.isAlone && each.modes.includes(mode));
  // Last, because every test that must be alone ends what runs side by side before it.
  for (const id of propertyIds.toSorted((one, other) => Number(isAlone(one)) - Number(isAlone(other)))) {
    const how = { timeout: testTimeoutMs, concurrent: !isAlone(id) };
    runner.test(`${id} ${properties[id]}`, how, ({ skip }) => verify(id, skip));
  }
}

const testTimeoutMs = 120_000;

async function compare(result: PropertyResult, file: URL): Promise<void> {
  const { results } = await readCommitted(file);
  const kept = results.find(({ id }) => id === result.id);
  const found = resultOf(result);
  if (isDeepStrictEqual(kept, found)) return;
  const text = `${result.id} is not as the kept matrix has it: ${JSON.stringify(found)} and not ${JSON.stringify(kept)}`;
  throw new Error(`${text}. Run the suite with --guarantees to keep the new one.`);
}
