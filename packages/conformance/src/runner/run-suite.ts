import { systemClock } from '@waybill/core';
import type { Clock } from '@waybill/core/driver';
import type { Mode } from '../harness/mode.ts';
import { addTotals } from '../ledger/ledger-totals.ts';
import type { Matrix } from '../report/matrix.ts';
import { checkDeviations } from './deviation.ts';
import { casesDue, runProperty } from './run-property.ts';
import { runSideBySide } from './run-side-by-side.ts';
import { selectIds } from './select-ids.ts';
import { idsOf, subjectOf } from './suite.ts';
import type { Subject, Suite, SuiteHarness } from './suite.ts';
import type { PropertyResult } from './verdict.ts';

export interface SuiteOptions<Id extends string, Proven extends SuiteHarness<Id> & Subject, Place> {
  readonly suite: Suite<Id, Proven, Place>;
  readonly harness: Proven;
  /** Ids and patterns such as `RTY-*`; default all. */
  readonly only?: readonly string[];
  /** Default `standard`. */
  readonly mode?: Mode;
  /** Same seed, same choices of the suite; default 1. */
  readonly seed?: number;
  /** Longest run of one case; default 60,000, ten times that beyond `standard`. */
  readonly caseTimeoutMs?: number;
  /** How many properties are run at once; default 4. Those that must be alone come last, one after the other. */
  readonly sideBySide?: number;
  /** Called as each one ends. */
  readonly onResult?: (result: PropertyResult<Id>) => void;
  /** Default the machine's. */
  readonly clock?: Clock;
}

/**
 * Runs the chosen properties and gives every one a verdict, in the order of the ids. Does not stop the harness.
 * @throws RangeError for a pattern that names no property, a deviation that is no proper one, and what is said to be absent and is not
 */
export async function runSuite<Id extends string, Proven extends SuiteHarness<Id> & Subject, Place>(
  options: SuiteOptions<Id, Proven, Place>,
): Promise<Matrix<Id>> {
  const { suite, harness, only = [], mode = 'standard', seed = 1, clock = systemClock } = options;
  const { sideBySide = 4 } = options;
  const { caseTimeoutMs = mode === 'smoke' || mode === 'standard' ? 60_000 : 600_000 } = options;
  const { deviations = [] } = harness;
  const ids = idsOf(suite);
  checkDeviations(deviations, ids);
  suite.checkAbsent(harness);
  const startedAtMs = clock.now();
  // Names of broker objects: short, legal everywhere, and other than those of every run before.
  const runId = `wb${startedAtMs.toString(36)}s${seed}`;
  const isNamed = only.length > 0;
  const each = { suite, harness, mode, seed, clock, runId, isNamed, timeoutMs: caseTimeoutMs };
  const run = async (id: Id): Promise<PropertyResult<Id>> => {
    const result = await runProperty(id, each);
    options.onResult?.(result);
    return result;
  };
  const isAlone = (id: Id): boolean => casesDue(id, each).some((due) => due.isAlone);
  const results = await runSideBySide(selectIds(only, ids), { run, isAlone, sideBySide });
  const totals = addTotals(results.map((result) => result.totals));
  const { product, version, startedBy, column } = harness;
  const date = new Date(startedAtMs).toISOString();
  const server = { product, version, startedBy, ...(column !== undefined && { column }) };
  return { ...subjectOf(harness), ...server, date, seed, mode, results, totals };
}
