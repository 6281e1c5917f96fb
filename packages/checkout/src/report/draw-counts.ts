import { barX, ruleX } from '@observablehq/plot';
import type { ArchitectureResult } from '../comparison-result.ts';
import { colourOf } from './architecture-look.ts';
import { drawRows } from './draw-rows.ts';
import type { RowHeading } from './draw-rows.ts';
import { formatCount } from './format-figures.ts';
import type { Html } from './html.ts';

export interface CountsPlot {
  readonly counted: 'order' | 'charge';
  readonly architectures: readonly ArchitectureResult[];
  /** End of the axis: the same in both plots, so that their bars can be held against each other. */
  readonly perWishMax: number;
}

/** One bar per architecture: the first order (or charge) of each wish in its colour, everything beyond in the colour of faults. */
export function drawCounts({ counted, architectures, perWishMax }: CountsPlot): Html {
  const rows = architectures.map((result) => toBar(result, counted));
  const bar = { fy: 'id', insetTop: 24, insetBottom: 8 } as const;
  return drawRows({
    id: `${counted}s`,
    title: `${counted === 'order' ? 'Orders' : 'Charges'} per wish`,
    rows,
    rowHeight: 50,
    marginTop: 4,
    x: { domain: [0, perWishMax] },
    axis: { label: `${counted}s per wish; the dashed line is one each`, ticks: 5 },
    marks: [
      ruleX([1], { stroke: 'var(--ink)', strokeDasharray: '2 3' }),
      barX(rows, { ...bar, x1: 0, x2: 'firstPerWish', fill: ({ id }: Bar) => colourOf(id) }),
      barX(
        rows.filter(({ isFault }) => isFault),
        { ...bar, x1: 'firstPerWish', x2: 'allPerWish', fill: 'var(--fault)', insetLeft: 1 },
      ),
    ],
  });
}

/** Where the axis of both plots has to end for the longest bar of either. */
export function perWishMaxOf(architectures: readonly ArchitectureResult[]): number {
  return Math.max(
    1.25,
    ...architectures.map(({ orders, charges, wishes }) => Math.max(orders, charges) / Math.max(1, wishes)),
  );
}

interface Bar extends RowHeading {
  readonly firstPerWish: number;
  readonly allPerWish: number;
}

function toBar(result: ArchitectureResult, counted: 'order' | 'charge'): Bar {
  const count = counted === 'order' ? result.orders : result.charges;
  const duplicates = counted === 'order' ? result.duplicateOrders : result.duplicateCharges;
  const wishes = Math.max(1, result.wishes);
  const isFault = duplicates > 0;
  return {
    id: result.id,
    words: `${formatCount(count)}, ${isFault ? `of which ${formatCount(duplicates)} duplicate` : 'no duplicate'}`,
    isFault,
    firstPerWish: (count - duplicates) / wishes,
    allPerWish: count / wishes,
  };
}
