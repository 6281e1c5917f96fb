import type { ArchitectureResult } from '../comparison-result.ts';
import { outcomeGroups, waitGroups } from './figure-groups.ts';
import type { FigureColumn, FigureGroup } from './figure-groups.ts';
import { layoutRows } from './layout-rows.ts';
import { plainText } from './plain-text.ts';
import type { Paint } from './terminal-paint.ts';

const gap = 2;
const titleWidthMin = 16;

/**
 * One row per architecture: zeros recede, faults stand out. Titles get the room that the figures leave, and wrap there. Where a
 * terminal is too narrow for everything, the waits follow as a table of their own.
 */
export function printFigures(architectures: readonly ArchitectureResult[], width: number, paint: Paint): string {
  const measure = (groups: readonly FigureGroup[]): readonly MeasuredColumn[] => measureColumns(groups, architectures);
  const all = measure([...outcomeGroups, ...waitGroups]);
  const tables = titleWidthMin + widthOf(all) <= width ? [all] : [measure(outcomeGroups), measure(waitGroups)];
  return tables.map((columns) => printColumns(columns, architectures, { width, paint })).join('\n\n');
}

interface MeasuredColumn extends FigureColumn {
  /** Title of the group that begins here, or nothing. */
  readonly group: string;
  /** In terminal columns, the gap before it included. */
  readonly width: number;
}

function measureColumns(
  groups: readonly FigureGroup[],
  architectures: readonly ArchitectureResult[],
): readonly MeasuredColumn[] {
  return groups.flatMap(({ title, columns }) =>
    columns.map((column, index) => {
      const group = index === 0 ? title : '';
      const texts = [group, column.title, ...architectures.map((result) => column.read(result).text)];
      return { ...column, group, width: gap + Math.max(...texts.map(({ length }) => length)) };
    }),
  );
}

const widthOf = (columns: readonly MeasuredColumn[]): number => columns.reduce((sum, { width }) => sum + width, 0);

interface Look {
  readonly width: number;
  readonly paint: Paint;
}

function printColumns(
  columns: readonly MeasuredColumn[],
  architectures: readonly ArchitectureResult[],
  look: Look,
): string {
  const titleWidth = Math.max(titleWidthMin, look.width - widthOf(columns));
  return layoutRows({
    columns: [
      { width: titleWidth, align: 'left' },
      ...columns.map(({ width }) => ({ width, align: 'right' }) as const),
    ],
    head: ['\nArchitecture', ...columns.map(({ group, title }) => `${group}\n${title}`)],
    rows: architectures.map((result) => [
      look.paint('strong', plainText(result.title)),
      ...columns.map((column) => printFigure(column, result, look.paint)),
    ]),
  });
}

function printFigure({ read }: FigureColumn, result: ArchitectureResult, paint: Paint): string {
  const { text, tone } = read(result);
  return paint(tone, text);
}
