import { isKept } from './measurement.ts';
import type { Measurement } from './measurement.ts';

/** The measurements as lines of text, each with its bound and whether it is kept. */
export function formatMeasurements(measurements: readonly Measurement[]): string {
  const rows = measurements.map((line) => [line.scenario, line.figure, format(line), bound(line)]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(([scenario = '', figure = '', value = '', mark = '']) =>
      `${scenario.padEnd(widths[0] ?? 0)}  ${figure.padEnd(widths[1] ?? 0)}  ${value.padStart(widths[2] ?? 0)}  ${mark}`.trimEnd(),
    )
    .join('\n');
}

function format({ value, unit }: Measurement): string {
  const digits = value >= 1000 ? 0 : 2;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits })} ${unit}`;
}

function bound(line: Measurement): string {
  if (line.bound === undefined) return '';
  const sign = line.bound.kind === 'at-least' ? '≥' : '≤';
  return `${sign} ${line.bound.value.toLocaleString('en', { maximumFractionDigits: 2 })} ${isKept(line) ? 'kept' : 'MISSED'}`;
}
