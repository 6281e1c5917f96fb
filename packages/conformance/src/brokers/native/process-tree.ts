import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processRow } from './process-identity.ts';

/**
 * A process and all that descend from it, parents first. The process group is not enough: PostgreSQL and the Erlang
 * runtime give their children groups of their own.
 */
export function processTree(root: number): readonly number[] {
  const parents = processParents();
  const tree = new Set(processRow(root) === undefined ? [] : [root]);
  // A set grows under its own iteration, so that children of children are met as well.
  for (const pid of tree) {
    for (const [child, parent] of parents) if (parent === pid) tree.add(child);
  }
  return [...tree];
}

/**
 * Processes that work in a folder or below it, wherever that is mounted for them: what a server that ended by itself left behind, which descends
 * from nobody we know. Where there is no `/proc`, none are found.
 */
export function processesIn(folder: string): readonly number[] {
  const inside = new RegExp(`/${basename(folder)}(?:/|$)`, 'u');
  return processIds().filter((pid) => inside.test(workFolderOf(pid)));
}

/** Sends a signal to each that still exists. */
export function signalEach(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Resolves to true when none of them runs any more, to false when some still do after `timeoutMs`. */
export async function waitUntilGone(pids: readonly number[], timeoutMs: number): Promise<boolean> {
  const start = performance.now();
  while (pids.some((pid) => processRow(pid) !== undefined)) {
    if (performance.now() - start > timeoutMs) return false;
    await sleep(10);
  }
  return true;
}

/** Resolves when no thread of them runs any more after a SIGSTOP: each one stops by itself, a little later on a busy machine. */
export async function waitUntilStopped(pids: readonly number[]): Promise<void> {
  while (pids.some(hasRunningThread)) await sleep(1);
}

function hasRunningThread(pid: number): boolean {
  const folder = `/proc/${pid}/task`;
  if (!existsSync(folder)) return false;
  return readdirSync(folder).some((thread) => {
    const stat = readFileSync(`${folder}/${thread}/stat`, 'utf8');
    return !/[TtZX]/.test(stat.charAt(stat.lastIndexOf(')') + 2));
  });
}

function processParents(): ReadonlyMap<number, number> {
  if (!existsSync('/proc/self/stat')) return parentsFromPs();
  return new Map(processIds().map((pid) => [pid, processRow(pid)?.parent ?? 0]));
}

function processIds(): readonly number[] {
  if (!existsSync('/proc/self/stat')) return [];
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/** Nothing for one that has ended meanwhile, or belongs to somebody else. */
function workFolderOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

function parentsFromPs(): ReadonlyMap<number, number> {
  const rows = execFileSync('ps', ['-axo', 'pid=,ppid=']).toString('utf8').trim().split('\n');
  return new Map(rows.map((row) => row.trim().split(/\s+/).map(Number) as [number, number]));
}
