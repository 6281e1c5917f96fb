import type { Measurement } from './measurement.ts';
import { median } from './statistics.ts';

/** Writes the lines of one scenario. */
export interface MeasurementLines {
  /** The median of what was reached. */
  readonly rate: (figure: string, reached: readonly number[]) => Measurement;
  readonly ratio: (figure: string, value: number, atLeast?: number) => Measurement;
}

export const measurementLines = (scenario: string, unit: string): MeasurementLines => ({
  rate: (figure, reached) => ({ scenario, figure, value: median(reached), unit, bound: undefined }),
  ratio: (figure, value, atLeast) => ({
    scenario,
    figure,
    value,
    unit: '×',
    bound: atLeast === undefined ? undefined : { kind: 'at-least', value: atLeast },
  }),
});
