import type { Clock } from '../driver/index.ts';

/**
 * One simulated process that can die or freeze without running any code of its own. Everything that enters or leaves it goes through
 * its gate: driver calls (`faultyStore`, `faultyTransport`), timers (`clock`) and calls to other systems (`pass`).
 *
 * To try a crash: open the drivers on a state, a broker and a clock that outlive the process, wrap them, say where to strike
 * (`watchBoundaries`), and race the work of the process against `died`. Then open the next process on the same state.
 */
export interface ProcessGate {
  readonly status: 'running' | 'frozen' | 'dead';
  /**
   * From here on no call leaves, no answer and no callback arrives, and nothing is drained or settled: what `kill -9` does. The rest of
   * the synchronous code under way still runs, but cannot reach anything.
   */
  readonly kill: () => void;
  /** Calls, answers, callbacks and timers wait for `thaw`: what SIGSTOP or a long collection pause does. Time goes on outside. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** Resolves when the process is dead. */
  readonly died: Promise<void>;
  /** Waits while the process is frozen and for ever once it is dead. */
  readonly alive: () => Promise<void>;
  /** Lets one call out and its answer in. A call that has left is carried out even when nobody is there to hear its answer. */
  readonly pass: <Result>(call: () => Promise<Result>) => Promise<Result>;
  /**
   * What others do for the process as long as it lives, such as holding its transaction open: rejects when the process dies, as a
   * server notices that a connection is gone.
   */
  readonly bound: <Result>(work: Promise<Result>) => Promise<Result>;
  /** A callback into the process. */
  readonly into: <Parameters extends readonly unknown[]>(
    callback: (...parameters: Parameters) => void,
  ) => (...parameters: Parameters) => void;
  /** The same time, with timers that stop with the process. */
  readonly clock: (clock: Clock) => Clock;
}

export function createProcessGate(): ProcessGate {
  let status: ProcessGate['status'] = 'running';
  let waiting: (() => void)[] = [];
  const open = new Set<() => void>();
  const { promise: died, resolve: die } = Promise.withResolvers<void>();

  const alive = async (): Promise<void> => {
    while (status !== 'running') await thawed();
  };

  /** Whoever waits for a dead process is forgotten, so that all of it can be collected. */
  const thawed = (): Promise<void> =>
    new Promise((resolve) => {
      if (status === 'frozen') waiting.push(resolve);
    });

  const pass = async <Result>(call: () => Promise<Result>): Promise<Result> => {
    if (status !== 'running') await alive();
    try {
      return await call();
    } finally {
      if (status !== 'running') await alive();
    }
  };

  const bound = <Result>(work: Promise<Result>): Promise<Result> =>
    new Promise((resolve, reject) => {
      const cut = (): void => reject(new Error('The process is dead.'));
      work.then(resolve, reject).finally(() => open.delete(cut));
      if (status === 'dead') cut();
      else open.add(cut);
    });

  const into: ProcessGate['into'] =
    (callback) =>
    (...parameters) => {
      if (status === 'running') callback(...parameters);
      else if (status === 'frozen') waiting.push(() => callback(...parameters));
    };

  return {
    get status() {
      return status;
    },
    died,
    alive,
    pass,
    bound,
    into,
    kill: () => {
      status = 'dead';
      waiting = [];
      die();
      for (const cut of open) cut();
      open.clear();
    },
    freeze: () => {
      if (status === 'running') status = 'frozen';
    },
    thaw: () => {
      if (status !== 'frozen') return;
      status = 'running';
      const arrivals = waiting;
      waiting = [];
      for (const arrive of arrivals) arrive();
    },
    clock: (clock) => ({
      ...clock,
      after: (delayMs, task) => clock.after(delayMs, into(task)),
      sleep: (delayMs, signal) => pass(() => clock.sleep(delayMs, signal)),
      turn: () => pass(clock.turn),
    }),
  };
}
