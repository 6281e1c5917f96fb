import type { ScaleOptions } from '@observablehq/plot';

/** A horizontal axis of seconds. */
export interface WaitAxis {
  readonly lowest: number;
  readonly highest: number;
  /** Half-way as the eye sees it. */
  readonly middle: number;
  readonly scale: ScaleOptions;
  /** The values, or about how many. */
  readonly ticks: number | readonly number[];
  readonly label: string;
}

/** Shorter waits than this are drawn as this long, because a logarithm has no zero. */
const shortestMs = 1;

/** Logarithmic where the waits span more than a factor of thirty: a linear axis would press all but the slowest into its first pixels. */
export function chooseWaitAxis(samplesMs: readonly number[]): WaitAxis {
  const shortest =
    Math.max(
      shortestMs,
      samplesMs.reduce((low, ms) => Math.min(low, ms), Infinity),
    ) / 1000;
  const longest =
    Math.max(
      shortestMs,
      samplesMs.reduce((high, ms) => Math.max(high, ms), 0),
    ) / 1000;
  const label = 'seconds after the first click';
  if (longest / shortest <= 30) {
    return { lowest: 0, highest: longest, middle: longest / 2, scale: { domain: [0, longest] }, ticks: 5, label };
  }
  const [lowest, highest] = [shortest / 1.4, longest * 1.2];
  return {
    lowest,
    highest,
    middle: Math.sqrt(lowest * highest),
    scale: { type: 'log', domain: [lowest, highest] },
    ticks: roundNumbersBetween(lowest, highest),
    label: `${label}, logarithmic`,
  };
}

/** Powers of ten, and 2 and 5 between them where those alone would be too few. */
function roundNumbersBetween(lowest: number, highest: number): readonly number[] {
  const [from, to] = [Math.floor(Math.log10(lowest)), Math.floor(Math.log10(highest))];
  const steps = to - from > 1 ? [1] : [1, 2, 5];
  const decades = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  // Written as a numeral and read back: 10 ** -2 times 5 is not exactly the 0.05 that the label has to say.
  const candidates = decades.flatMap((decade) => steps.map((step) => Number(`${step}e${decade}`)));
  return candidates.filter((tick) => tick >= lowest && tick <= highest);
}
