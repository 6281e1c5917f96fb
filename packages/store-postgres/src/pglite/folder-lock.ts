import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
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
  const own = JSON.stringify(await identifyProcess(process.pid));
  await mkdir(dirname(path), { recursive: true });
  for (let tries = 0; tries < triesMax; tries += 1) {
    if (await create(path, own)) return () => rm(path, { force: true });
    await removeStale(path, folder);
  }
  throw inUse(folder, 'others');
}

/** Each goes one step on unless somebody else does at the same time. */
const triesMax = 5;

async function create(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moved away and looked at once more before it goes: between the look and the move somebody else may have put a new one there. */
async function removeStale(path: string, folder: string): Promise<void> {
  const seen = await readIfThere(path);
  if (seen === undefined) return;
  await requireDead(seen, folder);
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readIfThere(aside)) !== seen) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function requireDead(content: string, folder: string): Promise<void> {
  const holder = readHolder(content);
  if (holder === undefined) return;
  const running = await identifyProcess(holder.pid);
  if (running !== undefined && running.startedAt === holder.startedAt) throw inUse(folder, `process ${holder.pid}`);
}

/** What cannot be read was not written to its end, by a process that died. */
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
    `The database in ${folder} is open in ${holder}; a folder belongs to one process. Use a server for several.`,
  );
}
