import type { Harness } from '../harness/harness.ts';
import type { Mode } from '../harness/mode.ts';
import type { PropertyResult } from '../runner/verdict.ts';

/** What one run proved, about one product in one version: the JSON that the docs table is made from. */
export interface Matrix extends Pick<Harness, 'transport' | 'product' | 'version' | 'startedBy'> {
  /** ISO 8601, when the run began. */
  readonly date: string;
  readonly seed: number;
  readonly mode: Mode;
  readonly results: readonly PropertyResult[];
}

/** Nothing failed, and nothing that was asked for was left without a verdict. */
export function isGreen({ results }: Matrix): boolean {
  return results.every(({ verdict, isAsked }) => verdict !== 'fail' && !(verdict === 'not-run' && isAsked));
}
