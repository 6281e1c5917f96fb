import type { PropertyLevel } from '../harness/property-level.ts';
import type { Totals } from '../ledger/ledger-totals.ts';
import type { PropertyId } from '../properties/properties.ts';

/** `unproven`: nothing failed, but the server that was asked is known not to do here what the one does that it stands in for. */
export type Verdict = 'pass' | 'fail' | 'negative-pass' | 'deviation' | 'unproven' | 'not-run';

/** What became of one property; every id of a run has exactly one. */
export interface PropertyResult<Id extends string = PropertyId> {
  readonly id: Id;
  readonly level: PropertyLevel['level'];
  /** How it is done, or why it cannot be, as the harness declares it. */
  readonly note: string;
  readonly verdict: Verdict;
  /** Why it failed, deviates, is unproven or was not run; of what passed, the cases that do not apply here and why, else empty. */
  readonly reason: string;
  /** Of a failure: an assertion proves something, a crash or a time-out only that the case did not end. */
  readonly cause: 'assertion' | 'crash' | 'time-out' | 'none';
  /** Whether this run was to give a verdict, so that `not-run` is its failure. */
  readonly isAsked: boolean;
  readonly elapsedMs: number;
  readonly totals: Totals;
}
