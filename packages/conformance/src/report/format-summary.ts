import type { Totals } from '../ledger/ledger-totals.ts';
import { nameOf } from '../runner/suite.ts';
import type { PropertyResult, Verdict } from '../runner/verdict.ts';
import { isGreen, isRed } from './matrix.ts';
import type { Matrix } from './matrix.ts';

const verdicts: readonly Verdict[] = ['pass', 'negative-pass', 'deviation', 'unproven', 'fail', 'not-run'];

interface Words<Id extends string> {
  readonly properties: Readonly<Record<Id, string>>;
  readonly countLabels: Readonly<Record<string, string>>;
}

/** One line of progress. */
export function formatResult<Id extends string>(
  { properties }: Pick<Words<Id>, 'properties'>,
  { id, verdict, elapsedMs, reason, cause }: PropertyResult<Id>,
): string {
  const why = reason === '' ? '' : ` · ${cause === 'none' ? '' : `${cause}: `}${reason}`;
  return `${id.padEnd(7)} ${verdict.padEnd(13)} ${elapsedMs.toFixed(0).padStart(6)} ms  ${properties[id]}${why}`;
}

/** Counts, and what a reader must act on. */
export function formatSummary<Id extends string>(suite: Words<Id>, matrix: Matrix<Id>): string {
  const { product, version, startedBy, seed, mode, results, totals } = matrix;
  const counts = verdicts.map(
    (verdict) => `${results.filter((result) => result.verdict === verdict).length} ${verdict}`,
  );
  return [
    '',
    `${nameOf(matrix)} on ${product} ${version} (${startedBy}), mode ${mode}, seed ${seed}: ${counts.join(', ')}`,
    formatTotals(suite.countLabels, totals),
    ...results.filter(isRed).map((result) => formatResult(suite, result)),
    isGreen(matrix) ? 'Green.' : 'Not green: something failed, or was asked for and not run.',
  ].join('\n');
}

const formatTotals = (labels: Words<string>['countLabels'], totals: Totals): string =>
  Object.entries(labels)
    .map(([name, label]) => `${totals[name] ?? 0} ${label}`)
    .join(', ');
