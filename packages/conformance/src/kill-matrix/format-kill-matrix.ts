import { boundaries } from './boundary.ts';
import type { Boundary } from './boundary.ts';
import { faults } from './fault.ts';
import type { Fault } from './fault.ts';
import { problemsOf } from './judge-matrix.ts';
import type { KillMatrixReport } from './run-kill-matrix.ts';

const columnWidth = 12;

/** The matrix as a table of how long each cell took, and the figures under it. */
export function formatKillMatrix(report: KillMatrixReport): string {
  const { cells, crashes, figures, orders, tookMs } = report;
  const { deliveries, kills, freezes, cuts } = figures;
  const problems = problemsOf(report);
  const cellText = (boundary: Boundary, fault: Fault): string => {
    const cell = cells.find((each) => each.boundary === boundary && each.fault === fault);
    if (cell === undefined) return '-';
    if (cell.problem !== undefined) return 'FAILED';
    return cell.hasStruck ? `${(cell.tookMs / 1000).toFixed(1)} s` : 'NOT STRUCK';
  };
  const row = (head: string, texts: readonly string[]): string =>
    head.padEnd(4) + texts.map((text) => text.padStart(columnWidth)).join('');
  return [
    row('', faults),
    ...boundaries.map((boundary) =>
      row(
        boundary,
        faults.map((fault) => cellText(boundary, fault)),
      ),
    ),
    `${cells.filter(({ hasStruck }) => hasStruck).length}/${cells.length} cells struck: ${kills} kills, ${freezes} freezes, ${cuts} cuts`,
    ...crashes.map(
      ({ cell, serverKills, shopKills, orders: under }) =>
        `${cell}: ${serverKills} times, and ${shopKills} times a shop, under ${under} orders`,
    ),
    `${orders} orders, ${deliveries} deliveries, ${(tookMs / 1000).toFixed(0)} s`,
    problems.length === 0 ? 'lost 0, duplicate effects 0, reorders 0' : problems.join('\n'),
  ].join('\n');
}
