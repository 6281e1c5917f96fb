import { problemsOf } from './judge-fault-run.ts';
import type { ScenarioResult } from './run-scenario.ts';

const columns: readonly (readonly [head: string, text: (result: ScenarioResult) => string])[] = [
  ['scenario', ({ scenario }) => scenario],
  ['acknowledged', ({ confirmed }) => String(confirmed)],
  ['rejected', ({ rejected }) => String(rejected)],
  ['unknown', ({ unknown, unknownHandled }) => (unknown === 0 ? '0' : `${unknown} (${unknownHandled} came)`)],
  ['faults', ({ faults }) => String(faults)],
  ['held at them', ({ held }) => String(held)],
  ['duplicate deliveries', ({ duplicateDeliveries }) => String(duplicateDeliveries)],
  ['refused by the inbox', ({ refused }) => String(refused)],
  ['lost', ({ wrongs }) => String(wrongs.lost)],
  ['duplicate effects', ({ wrongs }) => String(wrongs.duplicates)],
  ['reordered', ({ wrongs }) => String(wrongs.reorders)],
  ['overlapping', ({ wrongs }) => String(wrongs.overlaps)],
  ['seconds', ({ tookMs }) => (tookMs / 1000).toFixed(0)],
];

/** The runs as a table, and under it what was slowed down and what is wrong. */
export function formatFaultRuns(broker: string, results: readonly ScenarioResult[]): string {
  const rows = [columns.map(([head]) => head), ...results.map((result) => columns.map(([, text]) => text(result)))];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((text, column) => (column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  const slowed = results.flatMap((result) => result.slowed.map((text) => `${result.scenario}: ${text}`));
  const problems = results.flatMap(problemsOf);
  return [broker, ...lines, ...slowed, ...problems].join('\n');
}
