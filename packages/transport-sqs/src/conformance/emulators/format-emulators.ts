import { columnTitles } from '../columns.ts';
import type { Emulator } from './emulator.ts';
import type { Point } from './point.ts';

const legend = `# What stands in for SQS and SNS in tests, and where it departs

Generated from what was measured with the plain AWS SDK; a test asks each emulator again, at every point, and fails where it finds another answer.
A departure counts until its last day; after it the conformance suite fails until somebody has looked again.

A property of the transport that rests on a point is proven on an emulator that does as SQS and SNS do there. On the others its verdict is
\`unproven\`, or a known failure, with the words of this page ([conformance.md](conformance.md#servers-that-stand-in-for-another)).
`;

/** The page of all points and emulators, as Markdown. */
export function formatEmulators(points: readonly Point[], emulators: readonly Emulator[]): string {
  const head = ['Point', 'Columns', 'Properties', ...emulators.map(({ kind, version }) => `${kind} ${version}`)];
  const rows = points.map((point) => [
    `[${point.aws}](${point.source})`,
    point.columns.length === 4 ? 'all' : point.columns.map((column) => columnTitles[column]).join(', '),
    point.properties.join(', '),
    ...emulators.map((emulator) => cellOf(point, emulator)),
  ]);
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(escaped).join(' | ')} |`);
  return [legend, ...emulators.map((emulator) => lineOf(emulator, points)), '', ...table, ''].join('\n');
}

const canBeAsked = ({ columns }: Point, emulator: Emulator): boolean =>
  columns.some((column) => emulator.columns.includes(column));

function lineOf(emulator: Emulator, points: readonly Point[]): string {
  const { kind, version, measured, columns, deviations } = emulator;
  const asked = points.filter((point) => canBeAsked(point, emulator)).length;
  const stands = columns.map((column) => columnTitles[column]).join(', ');
  return `- ${kind} ${version}, measured on ${measured}, for ${stands}: as Amazon's at ${asked - deviations.length} of ${asked} points.`;
}

function cellOf(point: Point, emulator: Emulator): string {
  if (!canBeAsked(point, emulator)) return '';
  const deviation = emulator.deviations.find((each) => each.point === point.id);
  if (deviation === undefined) return '✓';
  const { seen, expires, mayFail = [] } = deviation;
  return `✗ ${seen} (until ${expires}${mayFail.length === 0 ? '' : `; ${mayFail.join(', ')} may fail`})`;
}

const escaped = (cell: string): string => cell.replaceAll('|', '\\|');
