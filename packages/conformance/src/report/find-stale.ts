import type { ConformanceCase } from '../harness/conformance-case.ts';
import type { Mode } from '../harness/mode.ts';
import { idsOf, nameOf } from '../runner/suite.ts';
import type { Proofs } from '../runner/suite.ts';
import type { CommittedMatrix, CommittedResult } from './committed-matrix.ts';

/**
 * What a kept matrix cannot have from the suite as it is now, found without a server: a property that it lacks or tells twice, and a verdict
 * whose cases are gone.
 */
export function findStale<Id extends string>(suite: Proofs<Id>, matrix: CommittedMatrix<Id>): readonly string[] {
  const { version, mode, results } = matrix;
  const who = `${nameOf(matrix)} ${version}`;
  const propertyIds = idsOf(suite);
  const counts = propertyIds.flatMap((id) => {
    const count = results.filter((result) => result.id === id).length;
    return count === 1 ? [] : [`${who} tells ${id} ${count} times`];
  });
  const strangers = results
    .filter(({ id }) => !propertyIds.includes(id))
    .map(({ id }) => `${who} tells ${id}, which is no property`);
  const unproven = results
    .filter((result) => result.verdict !== 'not-run' && !suite.cases.some((each) => isCaseOf(each, result, mode)))
    .map(({ id, verdict }) => `${who} tells ${verdict} of ${id}, and the suite has no case for it in mode ${mode}`);
  return [...counts, ...strangers, ...unproven];
}

type Claim = Pick<ConformanceCase<string>, 'id' | 'kind' | 'modes'>;

function isCaseOf(each: Claim, { id, level }: CommittedResult<string>, mode: Mode): boolean {
  const kind = level === 'unsupported' ? 'negative' : 'positive';
  return each.id === id && each.kind === kind && each.modes.includes(mode);
}
