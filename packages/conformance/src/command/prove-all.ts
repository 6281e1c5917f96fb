import { writeFile } from 'node:fs/promises';
import type { Mode } from '../harness/mode.ts';
import { formatResult, formatSummary } from '../report/format-summary.ts';
import { keepGuarantees } from '../report/keep-guarantees.ts';
import { isGreen } from '../report/matrix.ts';
import { runSuite } from '../runner/run-suite.ts';
import { selectIds } from '../runner/select-ids.ts';
import { idsOf } from '../runner/suite.ts';
import type { Subject, Suite, SuiteHarness } from '../runner/suite.ts';
import { UsageError } from './usage-error.ts';

export interface ProveOptions {
  readonly mode: Mode;
  readonly seed: number;
  readonly sideBySide: number;
  readonly only: readonly string[];
  /** Where the matrix of a green run is kept; `undefined` = nowhere. */
  readonly folder: string | undefined;
  /** Where the matrix is written; `undefined` = nowhere. */
  readonly json: string | undefined;
  readonly print: (line: string) => void;
}

/** Runs a suite, prints what comes out and keeps what is asked for. Answers with the exit status. @throws UsageError */
export async function proveAll<Id extends string, Proven extends SuiteHarness<Id> & Subject, Place>(
  suite: Suite<Id, Proven, Place>,
  openHarness: () => Promise<Proven>,
  { mode, seed, sideBySide, only, folder, json, print }: ProveOptions,
): Promise<number> {
  const ids = knownIds(suite, only);
  const harness = await openHarness();
  let count = 0;
  try {
    const matrix = await runSuite({
      suite,
      harness,
      mode,
      only,
      seed,
      sideBySide,
      onResult: (result) => {
        count += 1;
        if (result.isAsked) print(`${String(count).padStart(3)}/${ids.length} ${formatResult(suite, result)}`);
      },
    });
    if (json !== undefined) await writeFile(json, `${JSON.stringify(matrix, undefined, 2)}\n`);
    print(formatSummary(suite, matrix));
    if (folder !== undefined && isGreen(matrix)) await keepGuarantees(suite, folder, harness, matrix);
    return isGreen(matrix) ? 0 : 1;
  } finally {
    await harness.stop();
  }
}

function knownIds<Id extends string>(
  suite: { readonly properties: Readonly<Record<Id, string>> },
  only: readonly string[],
): readonly Id[] {
  try {
    return selectIds(only, idsOf(suite));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
