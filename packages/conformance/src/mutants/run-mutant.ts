import { systemClock } from '@waybill/core';
import type { Harness } from '../harness/harness.ts';
import { runSuite } from '../runner/run-suite.ts';
import { transportSuite } from '../transport-suite.ts';
import { judgeMutant } from './judge-mutant.ts';
import type { MutantVerdict } from './judge-mutant.ts';
import type { Mutant } from './mutant.ts';
import { mutateHarness } from './mutate-harness.ts';

/**
 * Runs the one property that must find the mutant. Only an assertion that tells its fault kills it; a crash or a time-out does not.
 * The seed is in the names of all channels: runs side by side need one each.
 */
export async function runMutant(mutant: Mutant, harness: Harness, seed = 1): Promise<MutantVerdict> {
  const { killedBy, mode = 'standard' } = mutant;
  if (harness.levels[killedBy].level === 'unsupported') {
    return { status: 'not-run', reason: `${killedBy} is unsupported: ${harness.levels[killedBy].note}` };
  }
  const mutation = mutant.mutate({ clock: systemClock, timing: harness.timing });
  const { results } = await runSuite({
    suite: transportSuite,
    harness: mutateHarness(harness, mutation),
    mode,
    seed,
    only: [killedBy],
  });
  return judgeMutant(mutant, results[0]);
}
