import { cases } from '../cases/cases.ts';
import type { ConformanceCase } from '../harness/conformance-case.ts';
import { propertyIds } from '../properties/properties.ts';
import type { CommittedMatrix, CommittedResult } from './committed-matrix.ts';

/**
 * What a kept matrix cannot have from the suite as it is now, found without a broker: a property that it lacks or tells twice, and a verdict
 * whose cases are gone.
 */
export function findStale({ transport, version, mode, results }: CommittedMatrix, suite = cases): readonly string[] {
  const who = `${transport} ${version}`;
  const counts = propertyIds.flatMap((id) => {
    const count = results.filter((result) => result.id === id).length;
    return count === 1 ? [] : [`${who} tells ${id} ${count} times`];
  });
  const strangers = results
    .filter(({ id }) => !propertyIds.includes(id))
    .map(({ id }) => `${who} tells ${id}, which is no property`);
  const unproven = results
    .filter((result) => result.verdict !== 'not-run' && !suite.some((each) => isCaseOf(each, result, mode)))
    .map(({ id, verdict }) => `${who} tells ${verdict} of ${id}, and the suite has no case for it in mode ${mode}`);
  return [...counts, ...strangers, ...unproven];
}

function isCaseOf(each: ConformanceCase, { id, level }: CommittedResult, mode: CommittedMatrix['mode']): boolean {
  const kind = level === 'unsupported' ? 'negative' : 'positive';
  return each.id === id && each.kind === kind && each.modes.includes(mode);
}
