import type { Ledger } from './ledger.ts';

/** What ledgers come to. */
export interface LedgerTotals {
  /** Publishes that the broker confirmed. */
  readonly sent: number;
  /** Publishes of unknown outcome. */
  readonly unknown: number;
  /** Handlings that began. */
  readonly delivered: number;
  /** Faults that landed. */
  readonly faults: number;
  /** Confirmed and never accepted, by the ledgers that were judged: a case that does not wait for the end has no losses to tell. */
  readonly lost: number;
  /** Deliveries after acceptance, by the ledgers that were judged. */
  readonly repeated: number;
  readonly reordered: number;
}

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

export function addTotals(all: readonly LedgerTotals[]): LedgerTotals {
  const sumOf = (name: keyof LedgerTotals): number => all.reduce((sum, totals) => sum + totals[name], 0);
  return {
    sent: sumOf('sent'),
    unknown: sumOf('unknown'),
    delivered: sumOf('delivered'),
    faults: sumOf('faults'),
    lost: sumOf('lost'),
    repeated: sumOf('repeated'),
    reordered: sumOf('reordered'),
  };
}
