import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Harness } from '../harness/harness.ts';
import { committedFileOf, readCommitted, writeCommitted } from './committed-matrix.ts';
import type { CommittedMatrix } from './committed-matrix.ts';
import { findStale } from './find-stale.ts';
import { formatGuarantees } from './format-guarantees.ts';
import type { Matrix } from './matrix.ts';

/** Keeps the matrix in the folder, under the name that its harness has for it, and writes the table of all that are there to `<folder>.md`. */
export async function keepGuarantees(
  folder: string,
  harness: Pick<Harness, 'transport' | 'keptAs'>,
  matrix: Matrix,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeCommitted(join(folder, committedFileOf(harness)), matrix);
  await writeFile(`${folder}.md`, await guaranteesOf(folder));
}

/** The table as the matrices in the folder have it. */
export async function guaranteesOf(folder: string): Promise<string> {
  return formatGuarantees(await readAll(folder));
}

/** What the matrices in the folder tell and the suite no longer proves; a broker is not asked. */
export async function staleGuaranteesOf(folder: string): Promise<readonly string[]> {
  return (await readAll(folder)).flatMap((matrix) => findStale(matrix));
}

async function readAll(folder: string): Promise<readonly CommittedMatrix[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  // Without what follows the name, `rabbit` comes before `rabbit-4`.
  const names = files.map((file) => file.slice(0, -'.json'.length)).toSorted();
  return Promise.all(names.map((name) => readCommitted(join(folder, `${name}.json`))));
}
