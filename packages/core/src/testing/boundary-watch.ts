import { crashBoundaries } from './crash-boundary.ts';
import type { CrashBoundary } from './crash-boundary.ts';
import type { ProcessGate } from './process-gate.ts';

export interface BoundaryWatchOptions {
  readonly gate: ProcessGate;
  /** Default: nowhere; passings are only counted. */
  readonly at?: CrashBoundary;
  /** At which passing of it, from 1. Default 1. */
  readonly time?: number;
  /** What happens there. Default: the process dies. */
  readonly strike?: (gate: ProcessGate) => void;
}

/** Counts how often one process passes each boundary and strikes at one of them. Give it to `faultyStore` and `faultyTransport`. */
export interface BoundaryWatch {
  readonly passings: Readonly<Record<CrashBoundary, number>>;
  readonly hasStruck: boolean;
  /** Passes a boundary; what comes after it happens only if the process survives it. */
  readonly reach: (boundary: CrashBoundary) => Promise<void>;
  /** Passes a boundary and lets the code of this turn go on, as far as it gets without leaving the process. */
  readonly mark: (boundary: CrashBoundary) => void;
  /** Runs a producer's whole transaction between P1 and P5. Never settles when the process dies. */
  readonly produce: <Result>(transaction: () => Promise<Result>) => Promise<Result>;
}

export function watchBoundaries({ gate, at, time = 1, strike }: BoundaryWatchOptions): BoundaryWatch {
  const counts = Object.fromEntries(crashBoundaries.map((boundary) => [boundary, 0]));
  // Every boundary was just given its count.
  const passings = counts as Record<CrashBoundary, number>;
  let hasStruck = false;

  const mark = (boundary: CrashBoundary): void => {
    if (gate.status !== 'running') return;
    passings[boundary] += 1;
    if (boundary !== at || passings[boundary] !== time) return;
    hasStruck = true;
    if (strike === undefined) gate.kill();
    else strike(gate);
  };

  const reach = async (boundary: CrashBoundary): Promise<void> => {
    mark(boundary);
    await gate.alive();
  };

  return {
    passings,
    get hasStruck() {
      return hasStruck;
    },
    reach,
    mark,
    produce: async (transaction) => {
      await reach('P1');
      const result = await transaction();
      await reach('P5');
      return result;
    },
  };
}
