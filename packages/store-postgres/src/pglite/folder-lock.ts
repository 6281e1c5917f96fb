import { createHash } from 'node:crypto';
import { link, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { PostgresStoreError } from '../postgres-error.ts';
import { identifyProcess } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/**
 * Takes the folder of an embedded database for this process, by a file beside it: PGlite lets two processes write one folder, and rows are
 * lost. The file of a dead process is taken over. Answers how to give the folder back.
 * @throws PostgresStoreError `folder-in-use`
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = `${resolve(folder)}.lock`;
  await mkdir(dirname(path), { recursive: true });
  const room = await mkdtemp(`${path}.`);
  try {
    // Written to its end before anybody can see it under its name.
    const own = join(room, 'lock');
    await writeFile(own, JSON.stringify(await identifyProcess(process.pid)));
    for (let tries = 0; tries < triesMax; tries += 1) {
      if ((await linkIfFree(own, path)) || (await takeOver(path, own, folder))) return () => rm(path, { force: true });
    }
  } finally {
    await rm(room, { recursive: true, force: true });
  }
  throw inUse(folder, 'others');
}

/** Each goes one step on unless somebody else does at the same time. */
const triesMax = 5;

/**
 * Only who has the marker of this one dead holder may put another file in the place of its file, so that nobody takes away what a living one
 * has put there meanwhile. A process that dies in between leaves the marker, and then the folder stays closed: rather that than two writers.
 */
async function takeOver(path: string, own: string, folder: string): Promise<boolean> {
  const seen = await readIfThere(path);
  if (seen === undefined) return false;
  await requireDead(seen, folder);
  const marker = `${path}.${createHash('sha256').update(seen).digest('hex').slice(0, 16)}`;
  if (!(await linkIfFree(own, marker))) return false;
  try {
    if ((await readIfThere(path)) !== seen) return false;
    await rename(own, path);
    return true;
  } finally {
    await rm(marker, { force: true });
  }
}

async function linkIfFree(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function requireDead(content: string, folder: string): Promise<void> {
  const holder = readHolder(content);
  if (holder === undefined) return;
  const running = await identifyProcess(holder.pid);
  if (running !== undefined && running.startedAt === holder.startedAt) throw inUse(folder, `process ${holder.pid}`);
}

/** What cannot be read is of no process that runs. */
function readHolder(content: string): ProcessIdentity | undefined {
  try {
    const { pid, startedAt } = JSON.parse(content) as Partial<ProcessIdentity>;
    return Number.isInteger(pid) && pid !== undefined ? { pid, startedAt } : undefined;
  } catch {
    return undefined;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

function inUse(folder: string, holder: string): PostgresStoreError {
  return new PostgresStoreError(
    'folder-in-use',
    `The database in ${folder} is open in ${holder}; a folder belongs to one process. Use a server for several. If none has it open, delete the files beside it whose names begin with its name and ".lock".`,
  );
}
