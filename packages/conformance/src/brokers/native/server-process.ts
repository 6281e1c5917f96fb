import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerIdentity } from '../probe/exchange.ts';
import { waitForAnswer } from '../probe/wait-for-answer.ts';
import { withTls } from '../probe/with-tls.ts';
import type { BrokerFolder } from './broker-folder.ts';
import { processTree, processesIn, signalEach, waitUntilGone, waitUntilStopped } from './process-tree.ts';
import type { Preparation, Program } from './recipe.ts';

const politeMs = 30_000;
const killMs = 10_000;
const logPart = 2000;

/** The processes of one broker. The calls must not overlap. */
export interface ServerProcess {
  /** Resolves when the server answers; one that does not is killed. */
  readonly start: () => Promise<ServerIdentity>;
  /** Asks the server to shut down, and kills what does not. */
  readonly end: () => Promise<void>;
  readonly kill: () => Promise<void>;
  readonly pause: () => Promise<void>;
  readonly resume: () => void;
}

/** Each process is noted in `folder` for as long as it lives. */
export function createServerProcess(
  preparation: Preparation,
  folder: BrokerFolder,
  startTimeoutMs: number,
): ServerProcess {
  let children: readonly ChildProcess[] = [];
  let paused: readonly number[] = [];
  let logStart = 0;
  const whyDead = (): string | undefined =>
    children.every(isRunning) ? undefined : `it ended by itself:\n${causeIn(logText(folder).slice(logStart))}`;
  const resume = (): void => {
    signalEach(paused, 'SIGCONT');
    for (const pid of paused) folder.forget(pid);
    for (const child of children) noteChild(child, folder);
    paused = [];
  };
  const kill = async (): Promise<void> => {
    // PostgreSQL that ended by itself may leave processes for a moment, and does not start beside them.
    const tree = [...new Set([...children.flatMap(treeOf), ...paused, ...processesIn(folder.path)])];
    signalEach(tree, 'SIGKILL');
    if (!(await waitUntilGone(tree, killMs))) throw new Error(`processes ${tree.join(', ')} survive SIGKILL`);
    // A process that nobody has waited for is gone to /proc, and to PostgreSQL another server on the same data.
    while (children.some(isRunning)) await sleep(5);
    for (const pid of tree) folder.forget(pid);
    children = [];
    paused = [];
  };
  const start = async (): Promise<ServerIdentity> => {
    logStart = logText(folder).length;
    try {
      for (const program of preparation.programs) children = [...children, startProgram(program, folder)];
      return await waitForAnswer(withTls(preparation.probe, preparation.tls), startTimeoutMs, whyDead);
    } catch (error) {
      await kill();
      throw error;
    }
  };
  const end = async (): Promise<void> => {
    resume();
    const tree = children.slice(-1).flatMap(treeOf);
    signalEach(tree.slice(0, 1), preparation.endSignal);
    await waitUntilGone(tree, politeMs);
    await kill();
  };
  const pause = async (): Promise<void> => {
    paused = children.flatMap(treeOf);
    // Noted one by one: a stopped process does not notice that its parent is gone.
    for (const pid of paused) folder.note(pid);
    signalEach(paused, 'SIGSTOP');
    await waitUntilStopped(paused);
  };
  return { start, end, kill, pause, resume };
}

// Node reaps a child and sets these in one step, so an id can not have been given to another process in between.
const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

const treeOf = (child: ChildProcess): readonly number[] =>
  child.pid !== undefined && isRunning(child) ? processTree(child.pid) : [];

function noteChild(child: ChildProcess, folder: BrokerFolder): void {
  if (child.pid !== undefined && isRunning(child)) folder.note(child.pid);
}

function startProgram(program: Program, folder: BrokerFolder): ChildProcess {
  const log = openSync(logOf(folder), 'a');
  const child = spawn(program.command, [...program.arguments], {
    cwd: '/',
    detached: true,
    env: { ...process.env, ...program.environment },
    stdio: ['ignore', log, log],
    ...program.user,
  });
  closeSync(log);
  const { pid } = child;
  // A program that is missing has no process id, and says so by this event only.
  child.on('error', () => undefined);
  if (pid === undefined) throw new Error(`${program.command} cannot be started`);
  folder.note(pid);
  child.once('exit', () => folder.forget(pid));
  child.unref();
  return child;
}

const logOf = (folder: BrokerFolder): string => join(folder.path, 'output.log');

const logText = (folder: BrokerFolder): string =>
  existsSync(logOf(folder)) ? readFileSync(logOf(folder), 'utf8') : '';

/** The part that says why: what follows the first error is mostly its echo. */
function causeIn(log: string): string {
  const firstError = log.search(/^.*\b(?:error|fatal)\b/im);
  return firstError < 0 ? log.slice(-logPart) : log.slice(firstError, firstError + logPart);
}
