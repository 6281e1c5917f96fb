import { boundaries } from './boundary.ts';
import type { Boundary } from './boundary.ts';
import { faults } from './fault.ts';
import type { Fault } from './fault.ts';
import { problemsOf } from './judge-matrix.ts';
import type { KillMatrixReport } from './run-kill-matrix.ts';
import type { CrashCell } from './run-server-crashes.ts';

const columnWidth = 12;

/** The matrix as a table of how long each cell took, and the figures under it. */
export function formatKillMatrix(report: KillMatrixReport): string {
  const { cells, crashes, figures, orders, tookMs } = report;
  const { deliveries, kills, freezes, cuts, databaseKills, brokerKills } = figures;
  const problems = problemsOf(report);
  const cellText = (boundary: Boundary, fault: Fault): string => {
    const cell = cells.find((each) => each.boundary === boundary && each.fault === fault);
    if (cell === undefined) return '-';
    if (cell.problem !== undefined) return 'FAILED';
    return cell.hasStruck ? `${(cell.tookMs / 1000).toFixed(1)} s` : 'NOT STRUCK';
  };
  const ordersUnder = (name: CrashCell): number => crashes.find(({ cell }) => cell === name)?.orders ?? 0;
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
    `${databaseKills} kills of PostgreSQL under ${ordersUnder('database kill -9')} orders, ${brokerKills} of the broker under ${ordersUnder('broker kill -9')}`,
    `${orders} orders, ${deliveries} deliveries, ${(tookMs / 1000).toFixed(0)} s`,
    problems.length === 0 ? 'lost 0, duplicate effects 0, reorders 0' : problems.join('\n'),
  ].join('\n');
}
