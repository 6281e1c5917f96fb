import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSameProcess, processRow } from './process-identity.ts';
import { signalEach } from './process-tree.ts';

const suffix = '.process';
// Others may pass through to the data of the user that a server runs as, but not look around or write.
const passThrough = 0o711;

/** The folder of one native broker: its data, its log, and a note for each process that must not outlive the runner. */
export interface BrokerFolder {
  readonly path: string;
  /** Notes a process, so that the watchdog or the next start can end it and no other. */
  readonly note: (pid: number) => void;
  readonly forget: (pid: number) => void;
}

/** Makes a folder whose name says which runner it belongs to; there is no moment at which it belongs to nobody. */
export function createBrokerFolder(kind: string): BrokerFolder {
  const runner = `${process.pid}-${processRow(process.pid)?.startedAt ?? '0'}`;
  const path = mkdtempSync(join(brokerFolderRoot(), `${kind}-${runner}-`));
  chmodSync(path, passThrough);
  const noteOf = (pid: number): string => join(path, `${pid}${suffix}`);
  return {
    path,
    note: (pid) => {
      const row = processRow(pid);
      if (row !== undefined) writeFileSync(noteOf(pid), `${pid} ${row.startedAt}\n`);
    },
    forget: (pid) => rmSync(noteOf(pid), { force: true }),
  };
}

/** Ends what runners that are gone have left behind: exactly the processes they noted, then their folders. */
export function sweepLeftovers(): readonly string[] {
  const root = brokerFolderRoot();
  const left = readdirSync(root).filter(isAbandoned);
  for (const name of left) {
    const path = join(root, name);
    signalEach(notedProcesses(path), 'SIGKILL');
    rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  }
  return left;
}

function isAbandoned(name: string): boolean {
  const [, pid, startedAt] = /^[a-z]+-(\d+)-(\d+)-[^-]+$/.exec(name) ?? [];
  return pid !== undefined && startedAt !== undefined && !isSameProcess(Number(pid), startedAt);
}

/** The noted processes of a folder that still run. */
export function notedProcesses(path: string): readonly number[] {
  return readdirSync(path)
    .filter((name) => name.endsWith(suffix))
    .map((name) => readFileSync(join(path, name), 'utf8').trim().split(' '))
    .filter(([pid, startedAt]) => isSameProcess(Number(pid), String(startedAt)))
    .map(([pid]) => Number(pid));
}

/** Where all folders of this user's brokers lie. */
export function brokerFolderRoot(): string {
  const userId = process.getuid?.() ?? 0;
  const path = join(tmpdir(), `waybill-brokers-${userId}`);
  mkdirSync(path, { recursive: true, mode: passThrough });
  const found = lstatSync(path);
  if (!found.isDirectory() || found.uid !== userId) throw new Error(`${path} belongs to somebody else`);
  return path;
}
