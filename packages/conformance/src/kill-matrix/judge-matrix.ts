import type { CellResult } from './run-cell.ts';
import { nameOf } from './run-cell.ts';
import type { KillMatrixReport } from './run-kill-matrix.ts';

/** What is wrong with a run, a sentence each: an effect that was lost, doubled or out of order, or a cell that proved nothing. */
export function problemsOf({
  cells,
  crashes,
  wrongs,
}: Pick<KillMatrixReport, 'cells' | 'crashes' | 'wrongs'>): readonly string[] {
  return [
    ...cells.flatMap(problemsOfCell),
    ...crashes.flatMap(({ cell, problem }) => (problem === undefined ? [] : [`${cell}: ${problem}`])),
    ...Object.entries(wrongs).map(
      ([cell, { lost, duplicates, reorders }]) =>
        `${cell}: ${lost} lost, ${duplicates} duplicate, ${reorders} out of order`,
    ),
  ];
}

function problemsOfCell(cell: CellResult): readonly string[] {
  if (cell.problem !== undefined) return [`${nameOf(cell)}: ${cell.problem}`];
  return cell.hasStruck ? [] : [`${nameOf(cell)}: the victim never came to the boundary`];
}
