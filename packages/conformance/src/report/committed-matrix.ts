import { readFile, writeFile } from 'node:fs/promises';
import type { Harness } from '../harness/harness.ts';
import type { PropertyResult } from '../runner/verdict.ts';
import type { Matrix } from './matrix.ts';

/** What of a result stays the same from run to run while the transport and the suite do. */
export type CommittedResult = Pick<PropertyResult, 'id' | 'level' | 'note' | 'verdict' | 'reason'>;

/** A matrix as it is kept in a repository, without what differs from run to run. */
export interface CommittedMatrix extends Omit<Matrix, 'date' | 'results' | 'totals'> {
  readonly results: readonly CommittedResult[];
}

function toCommitted({ transport, product, version, startedBy, seed, mode, results }: Matrix): CommittedMatrix {
  return { transport, product, version, startedBy, seed, mode, results: results.map(resultOf) };
}

export const resultOf = ({ id, level, note, verdict, reason }: PropertyResult): CommittedResult => ({
  id,
  level,
  note,
  verdict,
  reason,
});

/** In the folder of all that are kept. */
export const committedFileOf = ({ transport, keptAs = transport }: Pick<Harness, 'transport' | 'keptAs'>): string =>
  `${keptAs}.json`;

export async function readCommitted(file: string | URL): Promise<CommittedMatrix> {
  return JSON.parse(await readFile(file, 'utf8')) as CommittedMatrix;
}

export async function writeCommitted(file: string, matrix: Matrix): Promise<void> {
  await writeFile(file, `${JSON.stringify(toCommitted(matrix), undefined, 2)}\n`);
}
