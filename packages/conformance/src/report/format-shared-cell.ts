import type { CommittedResult } from './committed-matrix.ts';

/** What one of several servers that stand in for the same product says of a property. */
export interface Testimony {
  /** Product and version. */
  readonly server: string;
  readonly result: CommittedResult<string>;
}

export const isProven = ({ verdict }: Pick<CommittedResult<string>, 'verdict'>): boolean =>
  verdict === 'pass' || verdict === 'negative-pass';

/** The cell of a property in a column of several servers, of which there is one at least. What one of them proves is proven. */
export function formatSharedCell(testimonies: readonly Testimony[]): string {
  const proven = testimonies.filter(({ result }) => isProven(result));
  const [first] = proven;
  if (first !== undefined) return provenCell(first.result, proven, testimonies);
  const failing = testimonies.filter(({ result }) => result.verdict === 'deviation');
  if (failing.length > 0) return `✗ ${reasonsOf(failing)}`;
  const doubtful = testimonies.filter(({ result }) => result.verdict === 'unproven');
  return doubtful.length > 0 ? `○ unproven: ${reasonsOf(doubtful)}` : `not run (${reasonsOf(testimonies)})`;
}

function provenCell(
  { level, note, reason }: CommittedResult<string>,
  proven: readonly Testimony[],
  testimonies: readonly Testimony[],
): string {
  const others = testimonies.filter((each) => !proven.includes(each));
  const parts = [
    `✓ ${level === 'unsupported' ? 'refused' : level}: ${note}`,
    `on ${serversOf(proven)}`,
    ...(others.length > 0 ? [`not shown by ${serversOf(others)}`] : []),
    ...(reason === '' ? [] : [reason]),
  ];
  return parts.join('; ');
}

const serversOf = (testimonies: readonly Testimony[]): string => testimonies.map(({ server }) => server).join(', ');

const reasonsOf = (testimonies: readonly Testimony[]): string =>
  testimonies.map(({ server, result }) => `${server}: ${result.reason}`).join('; ');
