import { totalsOf } from '../ledger/ledger-totals.ts';
import { createLedger } from '../ledger/ledger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { OpenedWorld, WorldOptions } from '../runner/suite.ts';
import { caseClock } from './case-clock.ts';
import type { Faults, Harness } from './harness.ts';
import { amountIn } from './mode.ts';
import { runEndings } from './run-endings.ts';
import type { World } from './world.ts';

/** A world, and how it ends: everything opened in it is closed, whatever became of the case. */
export function openWorld(options: WorldOptions<Harness>): OpenedWorld<World> {
  const { harness, mode, runId } = options;
  const { clock, end } = caseClock(options.clock);
  const endings: (() => Promise<unknown>)[] = [];
  const ledger = createLedger(() => clock.monotonic());
  const world: World = {
    ...options,
    harness: {
      ...harness,
      timing: { ...harness.timing, patienceMs: harness.timing.patienceMs * Math.max(1, amountIn(mode, 1)) },
      faults: notedFaults(harness.faults, ledger, options.isAlone),
    },
    clock,
    ledger,
    connect: async () => {
      const driver = await harness.connect();
      endings.push(() => driver.close());
      return driver;
    },
    defer: (task) => {
      endings.push(task);
    },
    amount: (standard) => amountIn(mode, standard),
  };
  const close = async (): Promise<void> => {
    await runEndings(endings, clock);
    end();
    // What is left of it must not slow the others down; that it cannot be removed is no verdict.
    await harness.admin.cleanUp?.(runId).catch(() => undefined);
  };
  return { world, totals: () => totalsOf(ledger), close };
}

/**
 * Every fault that has landed stands in the ledger of its case, and none hits the cases beside it. Those of the network land later, and
 * their cases note them.
 */
function notedFaults(faults: Faults, ledger: Ledger, isAlone: boolean): Faults {
  const { restartBroker, cutConnections, abandon, refusePublishes } = faults;
  return {
    ...faults,
    restartBroker: restartBroker && noted('broker killed and started again', shared(restartBroker)),
    cutConnections: cutConnections && noted('connections cut', shared(cutConnections)),
    abandon: abandon && noted('consumer killed', abandon),
    ...(refusePublishes && { refusePublishes: noted('publishes refused', shared(refusePublishes)) }),
  };

  function shared<Result>(fault: () => Promise<Result>): () => Promise<Result> {
    return async () => {
      if (!isAlone) throw new Error('a case that breaks the broker for all must be marked with `alone`');
      return fault();
    };
  }

  function noted<Arguments extends readonly unknown[], Result>(
    what: string,
    fault: (...parts: Arguments) => Promise<Result>,
  ): (...parts: Arguments) => Promise<Result> {
    return async (...parts) => {
      const result = await fault(...parts);
      if (result !== 0) ledger.fault(what);
      return result;
    };
  }
}
