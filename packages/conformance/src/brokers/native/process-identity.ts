import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const hasProcFolder = existsSync('/proc/self/stat');

/** One line of the process table. */
export interface ProcessRow {
  readonly parent: number;
  /** When it was started, in a unit of the system's own: with the process id it names one process for ever. */
  readonly startedAt: string;
}

/** The process with this id, or nothing when there is none or only its exit status is left. */
export const processRow = (pid: number): ProcessRow | undefined => (hasProcFolder ? procRow(pid) : psRow(pid));

/** Whether exactly this process still runs, and not a later one that was given the same id. */
export const isSameProcess = (pid: number, startedAt: string): boolean => processRow(pid)?.startedAt === startedAt;

function procRow(pid: number): ProcessRow | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name in brackets may hold spaces and brackets of its own.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A main thread that has ended waits as a zombie for its other threads, which still hold the sockets.
  const threads = Number(fields[17]);
  const isOver = fields[0] === 'X' || (fields[0] === 'Z' && threads <= 1);
  return isOver ? undefined : { parent: Number(fields[1]), startedAt: String(fields[19]) };
}

function psRow(pid: number): ProcessRow | undefined {
  try {
    const environment = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    const row = execFileSync('ps', ['-o', 'ppid=,stat=,lstart=', '-p', String(pid)], { env: environment });
    const [parent, state, ...started] = row.toString('utf8').trim().split(/\s+/);
    if (state === undefined || state.startsWith('Z')) return undefined;
    return { parent: Number(parent), startedAt: String(Date.parse(`${started.join(' ')} UTC`)) };
  } catch {
    return undefined;
  }
}
