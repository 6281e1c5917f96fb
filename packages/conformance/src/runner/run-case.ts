import type { Clock } from '@waybill/core/driver';
import { seededRandom } from '@waybill/core/testing';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { ConformanceFailure, NotApplicable, NotRunnable } from '../harness/conformance-failure.ts';
import type { Mode } from '../harness/mode.ts';
import type { Lack } from '../harness/provision.ts';
import type { Totals } from '../ledger/ledger-totals.ts';
import type { Subject, Suite, SuiteHarness } from './suite.ts';

export interface CaseOptions<Id extends string, Proven extends SuiteHarness<Id> & Subject, Place> {
  readonly suite: Suite<Id, Proven, Place>;
  readonly harness: Proven;
  readonly mode: Mode;
  readonly clock: Clock;
  readonly seed: number;
  readonly runId: string;
  readonly timeoutMs: number;
}

export type CaseOutcome =
  | { readonly status: 'passed' }
  | { readonly status: 'not-run' | 'left-out'; readonly reason: string }
  | { readonly status: 'failed'; readonly cause: 'assertion' | 'crash' | 'time-out'; readonly reason: string };

export interface CaseReport {
  readonly outcome: CaseOutcome;
  readonly totals: Totals;
}

/** Runs one case in a world of its own, unless it lacks what it needs. A case that hangs is left behind; its world is closed all the same. */
export async function runCase<Id extends string, Proven extends SuiteHarness<Id> & Subject, Place>(
  conformanceCase: ConformanceCase<Id, Place>,
  options: CaseOptions<Id, Proven, Place>,
): Promise<CaseReport> {
  const { suite, clock, timeoutMs } = options;
  const lack = suite.findLack(options.harness, conformanceCase.needs);
  if (lack !== undefined) return { outcome: outcomeOfLack(lack), totals: {} };
  const { world, totals, close } = suite.openWorld({
    ...options,
    random: seededRandom(options.seed),
    isAlone: conformanceCase.isAlone,
  });
  const overtime = new AbortController();
  const tooLong = clock
    .sleep(timeoutMs, overtime.signal)
    .then((): CaseOutcome => ({ status: 'failed', cause: 'time-out', reason: `no end within ${timeoutMs} ms` }));
  try {
    const running = conformanceCase.run(world).then((): CaseOutcome => ({ status: 'passed' }), outcomeOf);
    const outcome = await Promise.race([running, tooLong]);
    return { outcome, totals: totals() };
  } finally {
    overtime.abort();
    await close();
  }
}

const outcomeOfLack = ({ isByNature, reason }: Lack): CaseOutcome => ({
  status: isByNature ? 'left-out' : 'not-run',
  reason,
});

function outcomeOf(error: unknown): CaseOutcome {
  if (error instanceof NotRunnable) return { status: 'not-run', reason: error.message };
  if (error instanceof NotApplicable) return { status: 'left-out', reason: error.message };
  if (error instanceof ConformanceFailure) return { status: 'failed', cause: 'assertion', reason: error.message };
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { status: 'failed', cause: 'crash', reason };
}
