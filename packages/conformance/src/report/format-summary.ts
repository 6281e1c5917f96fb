import type { LedgerTotals } from '../ledger/ledger-totals.ts';
import { properties } from '../properties/properties.ts';
import type { PropertyResult, Verdict } from '../runner/verdict.ts';
import { isGreen, isRed } from './matrix.ts';
import type { Matrix } from './matrix.ts';

const verdicts: readonly Verdict[] = ['pass', 'negative-pass', 'deviation', 'fail', 'not-run'];

/** One line of progress. */
export function formatResult({ id, verdict, elapsedMs, reason, cause }: PropertyResult): string {
  const why = reason === '' ? '' : ` · ${cause === 'none' ? '' : `${cause}: `}${reason}`;
  return `${id.padEnd(7)} ${verdict.padEnd(13)} ${elapsedMs.toFixed(0).padStart(6)} ms  ${properties[id]}${why}`;
}

/** Counts, and what a reader must act on. */
export function formatSummary(matrix: Matrix): string {
  const { transport, product, version, startedBy, seed, mode, results, totals } = matrix;
  const counts = verdicts.map(
    (verdict) => `${results.filter((result) => result.verdict === verdict).length} ${verdict}`,
  );
  return [
    '',
    `${transport} on ${product} ${version} (${startedBy}), mode ${mode}, seed ${seed}: ${counts.join(', ')}`,
    formatTotals(totals),
    ...results.filter(isRed).map((result) => formatResult(result)),
    isGreen(matrix) ? 'Green.' : 'Not green: something failed, or was asked for and not run.',
  ].join('\n');
}

function formatTotals({ sent, unknown, delivered, faults, lost, repeated, reordered }: LedgerTotals): string {
  const publishes = `${sent} messages sent${unknown === 0 ? '' : ` and ${unknown} of unknown outcome`}`;
  return `${publishes}, ${delivered} deliveries, ${faults} faults landed: ${lost} lost, ${repeated} delivered again after they were accepted, ${reordered} out of order`;
}
