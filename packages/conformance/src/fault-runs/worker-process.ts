import { startProgram } from '../kill-matrix/program-process.ts';
import type { ProgramProcess } from '../kill-matrix/program-process.ts';
import type { WorkerCounts, WorkerOrder, WorkerReport, WorkerSettings } from './worker/worker-protocol.ts';

/** A worker in a process of its own, seen from outside. One of `join` and `leave` at a time. */
export interface WorkerProcess extends Omit<ProgramProcess<WorkerOrder>, 'tell'> {
  /** Resolves when it consumes. @throws Error when it cannot, or is gone */
  readonly join: () => Promise<void>;
  /** Resolves when its bus has stopped. @throws Error when it cannot, or is gone */
  readonly leave: () => Promise<void>;
  /** As it has told last. */
  readonly counts: () => WorkerCounts;
}

/** Starts the process, which is in no group yet. */
export function startWorker(settings: WorkerSettings): WorkerProcess {
  let counts: WorkerCounts = { received: 0, held: 0, refused: 0 };
  let asked = Promise.withResolvers<void>();
  asked.resolve();
  const hear = (report: WorkerReport): void => {
    if (report.report === 'counted') ({ counts } = report);
    else if (report.report === 'failed') asked.reject(new Error(`${settings.name}: ${report.reason}`));
    else asked.resolve();
  };
  const { tell, ...worker } = startProgram<WorkerOrder>(new URL('worker/worker-main.ts', import.meta.url), hear);
  void worker.ended.then(() => asked.reject(new Error(`${settings.name} has ended.`)));
  const ask = (order: WorkerOrder): Promise<void> => {
    if (!worker.isRunning()) return Promise.reject(new Error(`${settings.name} has ended.`));
    asked = Promise.withResolvers<void>();
    tell(order);
    return asked.promise;
  };
  return {
    ...worker,
    join: () => ask({ order: 'join', settings }),
    leave: () => ask({ order: 'leave' }),
    counts: () => counts,
  };
}
