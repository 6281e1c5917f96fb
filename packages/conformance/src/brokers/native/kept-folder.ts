import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isSameProcess, processRow } from './process-identity.ts';

/** How a folder is filled that is kept from then on. */
export interface KeptFolderOptions {
  /** Names its content with the version: what differs has another name. */
  readonly name: string;
  /** Said before it is fetched, with the folder where it will be. */
  readonly announce: (target: string) => void;
  /** Fills `root`, a folder that does not exist yet inside the folder `work`, which is removed afterwards. */
  readonly fill: (root: string, work: string) => Promise<void>;
}

/** A folder of the user's cache that is filled once, appears whole or not at all, and stays until somebody removes it. */
export async function keptFolder({ name, announce, fill }: KeptFolderOptions): Promise<string> {
  const cache = cacheFolder();
  const target = join(cache, name);
  if (existsSync(target)) return target;
  mkdirSync(cache, { recursive: true });
  removeAbandoned(cache);
  announce(target);
  const work = mkdtempSync(join(cache, `unpacking-${process.pid}-${processRow(process.pid)?.startedAt ?? '0'}-`));
  try {
    const root = join(work, 'root');
    await fill(root, work);
    moveWhole(root, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return target;
}

/** Another process may have been quicker: both have the same. */
function moveWhole(root: string, target: string): void {
  try {
    renameSync(root, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  }
}

const cacheFolder = (): string => join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'waybill-brokers');

function removeAbandoned(cache: string): void {
  for (const name of readdirSync(cache)) {
    const [, pid, startedAt] = /^unpacking-(\d+)-(\d+)-/.exec(name) ?? [];
    if (pid === undefined || startedAt === undefined || isSameProcess(Number(pid), startedAt)) continue;
    rmSync(join(cache, name), { recursive: true, force: true });
  }
}
