import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file system in memory that has an end. */
export interface SmallDisk {
  readonly path: string;
  /** Takes all but so many megabytes of what is free; the answer gives it back. */
  readonly fill: (leaveMb: number) => Promise<() => void>;
  readonly close: () => Promise<void>;
}

/** `undefined` where nothing can be mounted: then it prints `NOT RUN`, the subject and the reason. However this process ends, it is unmounted. */
export async function findSmallDisk(subject: string, megabytes: number): Promise<SmallDisk | undefined> {
  const path = await mkdtemp(join(tmpdir(), 'waybill-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'waybill', path]);
  } catch (error) {
    await rmdir(path);
    const reason = error instanceof Error ? error.message.trim() : String(error);
    process.stderr.write(`NOT RUN ${subject}: a small file system cannot be mounted (${reason})\n`);
    return undefined;
  }
  const guard = startGuard(path);
  return {
    path,
    fill: async (leaveMb) => {
      const ballast = join(path, 'ballast');
      await writeFile(ballast, Buffer.alloc(((await freeMb(path)) - leaveMb) * 1_048_576));
      return () => rmSync(ballast);
    },
    close: guard,
  };
}

async function freeMb(path: string): Promise<number> {
  const { stdout } = await run('df', ['--output=avail', '--block-size=1M', path]);
  return Number(stdout.trim().split('\n').at(-1));
}

/** A shell that waits for the end of its standard input, which the system closes with this process. */
function startGuard(path: string): () => Promise<void> {
  const script = 'cat >/dev/null; umount -l "$1" && rmdir "$1"';
  const child = spawn('/bin/sh', ['-c', script, 'waybill-disk', path], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  return async () => {
    const gone = once(child, 'exit');
    child.stdin.end();
    await gone;
  };
}
