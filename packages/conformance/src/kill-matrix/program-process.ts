import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program of this repository in a process of its own, told and heard over its channel. */
export interface ProgramProcess<Order> {
  readonly isRunning: () => boolean;
  /** Nobody hears it where the process is gone. */
  readonly tell: (order: Order) => void;
  readonly signal: (signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT') => void;
  readonly ended: Promise<unknown>;
  /** SIGKILL, also for one that is stopped. */
  readonly end: () => Promise<void>;
}

/** @param hear is told what the program says; what that can be is the protocol of both */
export function startProgram<Order extends object>(program: URL, hear: (report: never) => void): ProgramProcess<Order> {
  const child = fork(fileURLToPath(program), {
    execArgv: ['--conditions=source'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  child.on('message', hear as (report: unknown) => void);
  child.on('error', () => undefined);
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    isRunning,
    tell: (order) => {
      if (child.connected) child.send(order, () => undefined);
    },
    signal: (signal) => void child.kill(signal),
    ended,
    end: async () => {
      if (!isRunning()) return;
      child.kill('SIGKILL');
      await ended;
    },
  };
}
