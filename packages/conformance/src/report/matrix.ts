import type { Harness } from '../harness/harness.ts';
import type { Mode } from '../harness/mode.ts';
import type { LedgerTotals } from '../ledger/ledger-totals.ts';
import type { PropertyResult } from '../runner/verdict.ts';

/** What one run proved, about one product in one version: the JSON that the docs table is made from. */
export interface Matrix extends Pick<Harness, 'transport' | 'product' | 'version' | 'startedBy'> {
  /** ISO 8601, when the run began. */
  readonly date: string;
  readonly seed: number;
  readonly mode: Mode;
  /** One for each property asked for, in the order of the ids. */
  readonly results: readonly PropertyResult[];
  readonly totals: LedgerTotals;
}

/** Nothing failed, and nothing that was asked for was left without a verdict. */
export const isGreen = ({ results }: Pick<Matrix, 'results'>): boolean => !results.some(isRed);

export const isRed = ({ verdict, isAsked }: PropertyResult): boolean =>
  verdict === 'fail' || (verdict === 'not-run' && isAsked);
