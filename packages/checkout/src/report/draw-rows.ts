import { axisX, text } from '@observablehq/plot';
import type { Markish, ScaleOptions } from '@observablehq/plot';
import type { ArchitectureId } from '../comparison-result.ts';
import { labelOf } from './architecture-look.ts';
import type { Html } from './html.ts';
import { renderSvg } from './render-svg.ts';

/** A plot with one row per architecture on a common horizontal axis. */
export interface RowsPlot {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  readonly rows: readonly RowHeading[];
  readonly rowHeight: number;
  readonly marginTop: number;
  readonly x: ScaleOptions;
  readonly y?: ScaleOptions;
  readonly axis: { readonly label: string; readonly ticks: number | readonly number[] };
  /** From the back to the front, each with `fy: 'id'`. */
  readonly marks: readonly Markish[];
}

/** What stands above a row: the architecture's name on the left, its figures in words on the right. */
export interface RowHeading {
  readonly id: ArchitectureId;
  readonly words: string;
  readonly isFault: boolean;
}

/** In CSS pixels: two plots stand side by side on a desk, and one fits a phone without small print. */
const width = 440;
const marginBottom = 44;

/** Draws the rows. For who cannot see them, the headings are the description. */
export function drawRows({ id, title, rows, rowHeight, marginTop, x, y = {}, axis, marks }: RowsPlot): Html {
  const description = rows.map((row) => `${labelOf(row.id)}: ${row.words}.`).join(' ');
  return renderSvg(
    { id, title, description },
    {
      width,
      height: marginTop + marginBottom + rowHeight * Math.max(1, rows.length),
      marginTop,
      marginRight: 1,
      marginBottom,
      marginLeft: 1,
      x,
      y: { ...y, axis: null },
      fy: { domain: rows.map((row) => row.id), axis: null, padding: 0 },
      marks: [...marks, ...drawHeadings(rows), drawAxis(axis)],
    },
  );
}

function drawHeadings(rows: readonly RowHeading[]): readonly Markish[] {
  // The halo keeps the words legible where a curve or a line runs through them.
  const common = { fy: 'id', lineAnchor: 'top', dy: 5, stroke: 'var(--paper)', strokeWidth: 4 } as const;
  const words = { ...common, frameAnchor: 'top-right', text: 'words' } as const;
  const [faults, others] = [rows.filter(({ isFault }) => isFault), rows.filter(({ isFault }) => !isFault)];
  return [
    text(rows, {
      ...common,
      frameAnchor: 'top-left',
      text: ({ id }: RowHeading) => labelOf(id),
      fill: 'var(--ink)',
      fontWeight: 600,
    }),
    text(others, { ...words, fill: 'var(--soft)' }),
    text(faults, { ...words, fill: 'var(--fault)', fontWeight: 600 }),
  ];
}

function drawAxis({ label, ticks }: RowsPlot['axis']): Markish {
  return axisX({ ticks, tickSize: 0, tickFormat: String, label, labelAnchor: 'center', labelArrow: 'none' });
}
