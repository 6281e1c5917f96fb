import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Proofs, Subject, SuiteHarness } from '../runner/suite.ts';
import { committedFileOf, readCommitted, writeCommitted } from './committed-matrix.ts';
import type { CommittedMatrix } from './committed-matrix.ts';
import { findStale } from './find-stale.ts';
import { formatGuarantees } from './format-guarantees.ts';
import type { Matrix } from './matrix.ts';

/** Keeps the matrix in the folder, under the name that its harness has for it, and writes the table of all that are there to `<folder>.md`. */
export async function keepGuarantees<Id extends string>(
  suite: Proofs<Id>,
  folder: string,
  harness: Subject & Pick<SuiteHarness<Id>, 'keptAs'>,
  matrix: Matrix<Id>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeCommitted(join(folder, committedFileOf(harness)), matrix);
  await writeFile(`${folder}.md`, await guaranteesOf(suite, folder));
}

/** The table as the matrices in the folder have it. */
export async function guaranteesOf<Id extends string>(suite: Proofs<Id>, folder: string): Promise<string> {
  return formatGuarantees(suite, await readAll<Id>(folder));
}

/** What the matrices in the folder tell and the suite no longer proves; a server is not asked. */
export async function staleGuaranteesOf<Id extends string>(
  suite: Proofs<Id>,
  folder: string,
): Promise<readonly string[]> {
  return (await readAll<Id>(folder)).flatMap((matrix) => findStale(suite, matrix));
}

async function readAll<Id extends string>(folder: string): Promise<readonly CommittedMatrix<Id>[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  // Without what follows the name, `rabbit` comes before `rabbit-4`.
  const names = files.map((file) => file.slice(0, -'.json'.length)).toSorted();
  return Promise.all(names.map((name) => readCommitted<Id>(join(folder, `${name}.json`))));
}
