import type { ArchitectureResult } from '../comparison-result.ts';
import { formatCount, formatSeconds, noFigure } from './format-figures.ts';

/** Columns of the table of figures that share a heading. */
export interface FigureGroup {
  readonly title: string;
  readonly columns: readonly FigureColumn[];
}

export interface FigureColumn {
  /** Under the heading of the group. */
  readonly title: string;
  /** Where there is no heading above. */
  readonly label: string;
  readonly read: (result: ArchitectureResult) => Figure;
}

export interface Figure {
  readonly text: string;
  /** `fault` is a count that should have been zero. */
  readonly tone: 'plain' | 'zero' | 'fault';
}

/** What happened to the orders and the money. */
export const outcomeGroups: readonly FigureGroup[] = [
  {
    title: 'Orders',
    columns: [
      { title: 'all', label: 'Orders', read: ({ orders }) => count(orders) },
      { title: 'duplicate', label: 'duplicate', read: ({ duplicateOrders }) => fault(duplicateOrders) },
      { title: 'lost', label: 'lost', read: ({ lostOrders }) => fault(lostOrders) },
      { title: 'stuck', label: 'stuck', read: ({ stuckOrders }) => fault(stuckOrders) },
    ],
  },
  {
    title: 'Charges',
    columns: [
      { title: 'all', label: 'Charges', read: ({ charges }) => count(charges) },
      { title: 'duplicate', label: 'duplicate', read: ({ duplicateCharges }) => fault(duplicateCharges) },
      { title: 'no order', label: 'no order', read: ({ chargesWithoutOrder }) => fault(chargesWithoutOrder) },
    ],
  },
];

/** What the buyers did about it. */
export const formGroup: FigureGroup = {
  title: 'Forms',
  columns: [
    { title: 'sent', label: 'Forms sent', read: ({ submits }) => count(submits) },
    { title: 'timed out', label: 'timed out', read: ({ timeouts }) => count(timeouts) },
  ],
};

/** How long they waited. */
export const waitGroups: readonly FigureGroup[] = [
  {
    title: 'Checkout, s',
    columns: [
      {
        title: 'p50',
        label: 'Checkout p50, s',
        read: (result) => wait(result.checkoutSamplesMs, result.checkoutMs.p50),
      },
      { title: 'p99', label: 'p99, s', read: (result) => wait(result.checkoutSamplesMs, result.checkoutMs.p99) },
    ],
  },
  {
    title: 'Paid, s',
    columns: [
      {
        title: 'p50',
        label: 'Paid p50, s',
        read: (result) => wait(result.timeToPaidSamplesMs, result.timeToPaidMs.p50),
      },
      { title: 'p99', label: 'p99, s', read: (result) => wait(result.timeToPaidSamplesMs, result.timeToPaidMs.p99) },
    ],
  },
];

const count = (value: number): Figure => ({ text: formatCount(value), tone: value === 0 ? 'zero' : 'plain' });

const fault = (value: number): Figure => ({ text: formatCount(value), tone: value === 0 ? 'zero' : 'fault' });

/** A quantile of no samples is no figure, whatever stands in its place. */
const wait = (samplesMs: readonly number[], ms: number): Figure => ({
  text: samplesMs.length === 0 ? noFigure : formatSeconds(ms),
  tone: 'plain',
});
