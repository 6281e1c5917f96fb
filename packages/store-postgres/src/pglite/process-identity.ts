import { readFile } from 'node:fs/promises';

/** A process, and where the system tells it, when it was started: ids come again, in containers with every start. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string | undefined;
}

/** `undefined` when no such process runs. */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  return isRunning(pid) ? { pid, startedAt: await startOf(pid) } : undefined;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process, which may not be asked, runs as well.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Linux: the 22nd field of proc(5) `stat`, ticks after the boot; the name in front of it may hold blanks and brackets. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
