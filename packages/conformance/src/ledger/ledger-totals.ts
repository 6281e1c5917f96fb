import type { Ledger } from './ledger.ts';

/** Counts by name, which can be added up. */
export type Totals = Readonly<Record<string, number>>;

/**
 * What ledgers of messages come to. `sent`: publishes that the broker confirmed; `unknown`: of unknown outcome; `delivered`: handlings that
 * began; `faults`: faults that landed; `lost`: confirmed and never accepted, `repeated`: delivered after acceptance and `reordered`, by the
 * ledgers that were judged: a case that does not wait for the end has none to tell.
 */
export type LedgerTotals = Readonly<
  Record<'sent' | 'unknown' | 'delivered' | 'faults' | 'lost' | 'repeated' | 'reordered', number>
>;

export function totalsOf({ publishes, deliveries, faults, judgements }: Ledger): LedgerTotals {
  const countOf = (wanted: string): number => publishes.filter(({ outcome }) => outcome === wanted).length;
  return {
    sent: countOf('confirmed'),
    unknown: countOf('unknown'),
    delivered: deliveries.length,
    faults: faults.length,
    lost: judgements.reduce((sum, { lost }) => sum + lost, 0),
    repeated: judgements.reduce((sum, { repeated }) => sum + repeated, 0),
    reordered: judgements.reduce((sum, { reordered }) => sum + reordered, 0),
  };
}

export function addTotals(all: readonly Totals[]): Totals {
  const sums: Record<string, number> = {};
  for (const [name, count] of all.flatMap((totals) => Object.entries(totals))) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}
