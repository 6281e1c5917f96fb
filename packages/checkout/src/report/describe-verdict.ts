import type { ArchitectureResult, Comparison } from '../comparison-result.ts';
import { labelOf } from './architecture-look.ts';
import { formatCount } from './format-figures.ts';

/** The result in one sentence, and what it means for those that failed in a second one. Both follow from the figures alone. */
export interface Verdict {
  readonly headline: string;
  readonly detail: string;
}

export function describeVerdict({ architectures, buyers }: Comparison): Verdict {
  const clean = architectures.filter(isClean);
  const rest = architectures.filter((result) => !isClean(result));
  const buyersServed = buyers === 1 ? '1 buyer' : `${formatCount(buyers)} buyers`;
  return {
    headline: `${subjectOf(clean, rest)} served ${buyersServed} without a duplicate, a loss or a stuck order.`,
    detail: describeFaults(rest, clean.length > 0),
  };
}

/** No duplicate, no loss, no charge without a paid order, nothing stuck. */
export function isClean(result: ArchitectureResult): boolean {
  return faults.every(({ key }) => result[key] === 0);
}

const faults = [
  { key: 'duplicateOrders', one: 'duplicate order', many: 'duplicate orders' },
  { key: 'duplicateCharges', one: 'duplicate charge', many: 'duplicate charges' },
  { key: 'lostOrders', one: 'lost order', many: 'lost orders' },
  { key: 'chargesWithoutOrder', one: 'charge without a paid order', many: 'charges without a paid order' },
  { key: 'stuckOrders', one: 'stuck order', many: 'stuck orders' },
] as const;

function subjectOf(clean: readonly ArchitectureResult[], rest: readonly ArchitectureResult[]): string {
  if (clean.length === 0) return 'No architecture';
  if (rest.length === 0) return 'Every architecture';
  return rest.length < clean.length ? `Every architecture but ${namesOf(rest)}` : `Only ${namesOf(clean)}`;
}

const namesOf = (results: readonly ArchitectureResult[]): string => listOf(results.map(({ id }) => labelOf(id)));

function describeFaults(rest: readonly ArchitectureResult[], hasClean: boolean): string {
  const [first, ...others] = rest;
  if (first === undefined) return 'Every buyer who paid has one order and one charge.';
  const left = `left ${listOf(faults.flatMap((fault) => countFault(fault, rest)))}`;
  if (others.length === 0) return `${labelOf(first.id)} ${left}.`;
  return `${hasClean ? 'The other' : 'All'} ${inWords[rest.length] ?? rest.length} together ${left}.`;
}

function countFault(
  { key, one, many }: (typeof faults)[number],
  results: readonly ArchitectureResult[],
): readonly string[] {
  const count = results.reduce((sum, result) => sum + result[key], 0);
  return count === 0 ? [] : [`${formatCount(count)} ${count === 1 ? one : many}`];
}

const inWords = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

const listOf = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
