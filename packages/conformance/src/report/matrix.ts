import type { Mode } from '../harness/mode.ts';
import type { Totals } from '../ledger/ledger-totals.ts';
import type { PropertyId } from '../properties/properties.ts';
import type { Subject, SuiteHarness } from '../runner/suite.ts';
import type { PropertyResult } from '../runner/verdict.ts';

/** What one run proved, about one product in one version: the JSON that the docs table is made from. */
export type Matrix<Id extends string = PropertyId> = Subject & MatrixOfRun<Id>;

export interface MatrixOfRun<Id extends string> extends Pick<
  SuiteHarness<Id>,
  'product' | 'version' | 'startedBy' | 'column'
> {
  /** ISO 8601, when the run began. */
  readonly date: string;
  readonly seed: number;
  readonly mode: Mode;
  /** One for each property asked for, in the order of the ids. */
  readonly results: readonly PropertyResult<Id>[];
  readonly totals: Totals;
}

/** Nothing failed, and nothing that was asked for was left without a verdict. */
export const isGreen = ({ results }: { readonly results: readonly Judged[] }): boolean => !results.some(isRed);

export const isRed = ({ verdict, isAsked }: Judged): boolean =>
  verdict === 'fail' || (verdict === 'not-run' && isAsked);

type Judged = Pick<PropertyResult<string>, 'verdict' | 'isAsked'>;
