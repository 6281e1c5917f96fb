import { readFile, writeFile } from 'node:fs/promises';
import type { PropertyId } from '../properties/properties.ts';
import { nameOf, subjectOf } from '../runner/suite.ts';
import type { Subject, SuiteHarness } from '../runner/suite.ts';
import type { PropertyResult } from '../runner/verdict.ts';
import type { Matrix, MatrixOfRun } from './matrix.ts';

/** What of a result stays the same from run to run while the driver and the suite do. */
export type CommittedResult<Id extends string = PropertyId> = Pick<
  PropertyResult<Id>,
  'id' | 'level' | 'note' | 'verdict' | 'reason'
>;

/** A matrix as it is kept in a repository, without what differs from run to run. */
export type CommittedMatrix<Id extends string = PropertyId> = Subject &
  Omit<MatrixOfRun<Id>, 'date' | 'results' | 'totals'> & { readonly results: readonly CommittedResult<Id>[] };

function toCommitted<Id extends string>(matrix: Matrix<Id>): CommittedMatrix<Id> {
  const { product, version, startedBy, column, seed, mode, results } = matrix;
  const server = { product, version, startedBy, ...(column !== undefined && { column }) };
  return { ...subjectOf(matrix), ...server, seed, mode, results: results.map(resultOf) };
}

export const resultOf = <Id extends string>(result: PropertyResult<Id>): CommittedResult<Id> => {
  const { id, level, note, verdict, reason } = result;
  return { id, level, note, verdict, reason };
};

/** In the folder of all that are kept. */
export const committedFileOf = (harness: Subject & Pick<SuiteHarness<never>, 'keptAs'>): string =>
  `${harness.keptAs ?? nameOf(harness)}.json`;

export async function readCommitted<Id extends string>(file: string | URL): Promise<CommittedMatrix<Id>> {
  return JSON.parse(await readFile(file, 'utf8')) as CommittedMatrix<Id>;
}

export async function writeCommitted<Id extends string>(file: string, matrix: Matrix<Id>): Promise<void> {
  await writeFile(file, `${JSON.stringify(toCommitted(matrix), undefined, 2)}\n`);
}
