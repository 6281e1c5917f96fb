import { areaY, dot, lineY, ruleX, ruleY, text } from '@observablehq/plot';
import type { ArchitectureId } from '../comparison-result.ts';
import { colourOf } from './architecture-look.ts';
import { cumulativeShare, shareWithin } from './cumulative-share.ts';
import { drawRows } from './draw-rows.ts';
import type { RowHeading } from './draw-rows.ts';
import { formatSeconds, formatShare, noFigure } from './format-figures.ts';
import type { Html } from './html.ts';
import type { WaitAxis } from './wait-axis.ts';

/** The waits in one architecture. */
export interface WaitRow {
  readonly id: ArchitectureId;
  /** Ascending. */
  readonly samplesMs: readonly number[];
  readonly p50Ms: number;
  readonly wishes: number;
}

export interface WaitsPlot {
  readonly id: string;
  readonly title: string;
  /** What ends a wait, as a participle: `answered`, `paid`. */
  readonly ending: string;
  readonly rows: readonly WaitRow[];
  readonly patienceMs: number;
  readonly axis: WaitAxis;
}

/** One curve per architecture: the share of all buyers who had it after so many seconds, with a line where patience ends. */
export function drawWaits({ id, title, ending, rows, patienceMs, axis }: WaitsPlot): Html {
  const curves = rows.flatMap((row) => toCurve(row, axis));
  const curve = { fy: 'id', x: 'seconds', y: 'share', z: 'id', curve: 'step-after' } as const;
  const notes = rows.map((row) => toNote(row, patienceMs, ending));
  const patience = patienceMs / 1000;
  return drawRows({
    id,
    title,
    rows: notes,
    rowHeight: 76,
    marginTop: 24,
    x: axis.scale,
    y: { domain: [0, 1], insetTop: 28, insetBottom: 4 },
    axis,
    marks: [
      ruleY([0, 1], { stroke: 'var(--rule)' }),
      areaY(curves, { ...curve, fill: ownColour, fillOpacity: 0.14 }),
      lineY(curves, { ...curve, stroke: ownColour, strokeWidth: 1.75 }),
      ruleX([patience], { stroke: 'var(--ink)', strokeDasharray: '2 3' }),
      dot(notes, { fy: 'id', x: patience, y: 'share', r: 3.5, fill: ownColour, stroke: 'var(--paper)' }),
      text(notes.slice(0, 1), {
        fy: 'id',
        x: patience,
        frameAnchor: 'top',
        lineAnchor: 'bottom',
        // Towards the middle, because beyond the end of the axis there is no room for words.
        textAnchor: patience > axis.middle ? 'end' : 'start',
        dy: -8,
        text: () => `patience ends, ${patience} s`,
      }),
    ],
  });
}

interface CurvePoint {
  readonly id: ArchitectureId;
  readonly seconds: number;
  readonly share: number;
}

/** Starts where nobody had it and runs on to the end of the axis, so that the last step can be seen. */
function toCurve({ id, samplesMs, wishes }: WaitRow, { lowest, highest }: WaitAxis): readonly CurvePoint[] {
  const steps = cumulativeShare(samplesMs, wishes).map(({ ms, share }) => ({
    id,
    seconds: Math.max(lowest, ms / 1000),
    share,
  }));
  return [{ id, seconds: lowest, share: 0 }, ...steps, { id, seconds: highest, share: steps.at(-1)?.share ?? 0 }];
}

interface Note extends RowHeading {
  /** Where the curve crosses the line of patience. */
  readonly share: number;
}

function toNote({ id, samplesMs, p50Ms, wishes }: WaitRow, patienceMs: number, ending: string): Note {
  const share = shareWithin(samplesMs, patienceMs, wishes);
  const median = samplesMs.length === 0 ? noFigure : `${formatSeconds(p50Ms)} s`;
  return { id, share, words: `${formatShare(share)} ${ending} in time, median ${median}`, isFault: false };
}

const ownColour = ({ id }: CurvePoint | Note): string => colourOf(id);
