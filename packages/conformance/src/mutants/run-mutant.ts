import { systemClock } from '@waybill/core';
import { cases } from '../cases/cases.ts';
import type { Harness } from '../harness/harness.ts';
import { runSuite } from '../runner/run-suite.ts';
import type { Mutant } from './mutant.ts';
import { mutateHarness } from './mutate-harness.ts';

export interface MutantVerdict {
  readonly status: 'killed' | 'survived' | 'not-run';
  /** What the property said, or why nothing was run. */
  readonly reason: string;
}

/**
 * Runs the one property that must find the mutant. Only an assertion that tells its fault kills it; a crash or a time-out does not.
 * The seed is in the names of all channels: runs side by side need one each.
 */
export async function runMutant(mutant: Mutant, harness: Harness, seed = 1): Promise<MutantVerdict> {
  const { killedBy, finding, mode = 'standard' } = mutant;
  if (harness.levels[killedBy].level === 'unsupported') {
    return { status: 'not-run', reason: `${killedBy} is unsupported: ${harness.levels[killedBy].note}` };
  }
  const mutation = mutant.mutate({ clock: systemClock, timing: harness.timing });
  const { results } = await runSuite({
    harness: mutateHarness(harness, mutation),
    cases,
    mode,
    seed,
    only: [killedBy],
  });
  const [result] = results;
  const { verdict = 'not-run', cause = 'none', reason = '' } = result ?? {};
  const isKilled = verdict === 'fail' && cause === 'assertion' && reason.includes(finding);
  const told = `${killedBy} says ${verdict}${cause === 'none' ? '' : ` by ${cause}`}${reason === '' ? '' : `: ${reason}`}`;
  return { status: isKilled ? 'killed' : 'survived', reason: told };
}
