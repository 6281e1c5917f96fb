import type { ArchitectureResult, Comparison } from '../comparison-result.ts';
import { labelOf } from './architecture-look.ts';
import { describeVerdict, isClean } from './describe-verdict.ts';
import { formatCount, formatSeconds } from './format-figures.ts';
import { layoutRows } from './layout-rows.ts';
import { plainText } from './plain-text.ts';
import { printFigures } from './print-figures.ts';
import type { Terminal } from './read-terminal.ts';
import { choosePaint } from './terminal-paint.ts';
import type { Paint } from './terminal-paint.ts';

export interface PrintOptions extends Terminal {
  /** Where the results were written, as they are to be shown. */
  readonly files: readonly string[];
}

/** The comparison for a terminal: the figures, the verdict, why each architecture has its figures, and how to get them again. */
export function printTable(comparison: Comparison, { width, color, files }: PrintOptions): string {
  const paint = choosePaint(color);
  return [
    printFigures(comparison.architectures, width, paint),
    printVerdict(comparison, width, paint),
    printReasons(comparison.architectures, width, paint),
    printRun(comparison, files, width),
  ].join('\n\n');
}

function printVerdict(comparison: Comparison, width: number, paint: Paint): string {
  const { headline, detail } = describeVerdict(comparison);
  return layoutRows({ columns: [{ width, align: 'left' }], rows: [[paint('strong', headline)], [detail]] });
}

const labelWidth = 18;

function printReasons(architectures: readonly ArchitectureResult[], width: number, paint: Paint): string {
  return layoutRows({
    columns: [
      { width: labelWidth, align: 'left' },
      { width: width - labelWidth, align: 'left' },
    ],
    rows: architectures.map((result) => [
      isClean(result) ? paint('good', `✓ ${labelOf(result.id)}`) : paint('fault', `✗ ${labelOf(result.id)}`),
      plainText(reasonOf(result)),
    ]),
  });
}

function reasonOf({ why, unsettled }: ArchitectureResult): string {
  return unsettled === undefined ? why : `${why} Counted before everything had settled: ${unsettled}`;
}

function printRun(
  { buyers, seed, timeScale, durationMs }: Comparison,
  files: readonly string[],
  width: number,
): string {
  const run = `${formatCount(buyers)} buyers, seed ${seed}, run at ${timeScale}× speed in ${formatSeconds(durationMs)} s; all times above are at normal speed.`;
  // A path is printed whole, so that it can be clicked or copied.
  return [layoutRows({ columns: [{ width, align: 'left' }], rows: [[run]] }), ...files.map(plainText)].join('\n');
}
