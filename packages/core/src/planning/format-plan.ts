import type { PlanLine } from './plan.ts';

const titles = ['subscription', 'guarantee', 'asked', 'how', 'by'] as const;

/** The plan as a table of plain text, refusals with their remedy below it. */
export function formatPlan(lines: readonly PlanLine[]): string {
  const rows = lines.map((line) => [line.subject, line.guarantee, line.asked, line.how, line.by]);
  const widths = titles.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const format = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const table = [format(titles), format(widths.map((width) => '─'.repeat(width))), ...rows.map(format)];
  const remedies = lines
    .filter(({ how }) => how === 'refused')
    .map((line) => `✗ ${line.subject}: ${line.guarantee} ${line.asked} is refused because ${line.by}. ${line.remedy}`);
  return [...table, ...(remedies.length > 0 ? ['', ...remedies] : [])].join('\n');
}
