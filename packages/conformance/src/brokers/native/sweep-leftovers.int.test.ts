import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startBroker } from '../start-broker.ts';
import { brokerFolderRoot, createBrokerFolder, sweepLeftovers } from './broker-folder.ts';
import { brokerFootprint } from './broker-footprint.ts';
import { processRow } from './process-identity.ts';
import { processTree, signalEach } from './process-tree.ts';

const children: ChildProcess[] = [];
const folders: string[] = [];

/** A process that stands for a broker, or for a runner that has ended by the time it is looked for. */
const startProcess = (): number => {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  children.push(child);
  return child.pid ?? 0;
};

const startOf = (pid: number): string => processRow(pid)?.startedAt ?? '0';

/** The folder of a runner that was killed together with its watchdog. */
async function abandonedFolder(): Promise<string> {
  const runner = startProcess();
  const path = join(brokerFolderRoot(), `redis-${runner}-${startOf(runner)}-Abcdef`);
  process.kill(runner, 'SIGKILL');
  await once(children.at(-1) as ChildProcess, 'exit');
  mkdirSync(path);
  folders.push(path);
  return path;
}

const noteProcess = (folder: string, pid: number, startedAt: string): void =>
  writeFileSync(join(folder, `${pid}.process`), `${pid} ${startedAt}\n`);

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

test('the next start ends the processes that a lost runner noted, and removes its folder', async () => {
  const folder = await abandonedFolder();
  const broker = startProcess();
  const ended = once(children.at(-1) as ChildProcess, 'exit');
  noteProcess(folder, broker, startOf(broker));
  expect(sweepLeftovers()).toContain(folder.split('/').at(-1));
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(existsSync(folder)).toBe(false);
});

test('a process that was given the id of a broker that ended is left alone', async () => {
  const folder = await abandonedFolder();
  const stranger = startProcess();
  noteProcess(folder, stranger, String(Number(startOf(stranger)) - 1));
  sweepLeftovers();
  expect(processRow(stranger)).toBeDefined();
  expect(existsSync(folder)).toBe(false);
});

test('the folder of a runner that still runs is left alone', () => {
  const own = createBrokerFolder('redis');
  folders.push(own.path);
  const broker = startProcess();
  own.note(broker);
  expect(sweepLeftovers()).not.toContain(own.path.split('/').at(-1));
  expect(processRow(broker)).toBeDefined();
  expect(existsSync(own.path)).toBe(true);
});

test('a folder that is not named like one of ours is left alone', () => {
  const path = join(brokerFolderRoot(), 'notes-of-somebody');
  mkdirSync(path, { recursive: true });
  folders.push(path);
  sweepLeftovers();
  expect(existsSync(path)).toBe(true);
});

test('a broker whose watchdog was killed is stopped and removed all the same', { timeout: 60_000 }, async () => {
  const before = processTree(process.pid);
  const broker = await startBroker('redis', { origins: ['native'] });
  const footprint = brokerFootprint(process.pid);
  const own = processTree(process.pid).filter((pid) => !before.includes(pid));
  signalEach(
    own.filter((pid) => !footprint.processes.includes(pid)),
    'SIGKILL',
  );
  await broker.stop();
  expect(own.filter((pid) => processRow(pid) !== undefined)).toEqual([]);
  expect(footprint.folders.filter(existsSync)).toEqual([]);
});
