import type { PropertyResult } from '../runner/verdict.ts';

export interface MutantVerdict {
  readonly status: 'killed' | 'survived' | 'not-run';
  /** What the property said, or why nothing was run. */
  readonly reason: string;
}

/** Only an assertion that tells its fault kills a mutant; a crash or a time-out does not. */
export function judgeMutant(
  { killedBy, finding }: { readonly killedBy: string; readonly finding: string },
  result: Pick<PropertyResult<string>, 'verdict' | 'cause' | 'reason'> | undefined,
): MutantVerdict {
  const { verdict = 'not-run', cause = 'none', reason = '' } = result ?? {};
  const isKilled = verdict === 'fail' && cause === 'assertion' && reason.includes(finding);
  const told = `${killedBy} says ${verdict}${cause === 'none' ? '' : ` by ${cause}`}${reason === '' ? '' : `: ${reason}`}`;
  return { status: isKilled ? 'killed' : 'survived', reason: told };
}
