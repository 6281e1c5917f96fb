import type { Clock, Random } from '@waybill/core/driver';
import { createLedger } from '../ledger/ledger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { caseClock } from './case-clock.ts';
import type { Faults, Harness } from './harness.ts';
import type { Mode } from './mode.ts';
import type { World } from './world.ts';

export interface WorldOptions {
  readonly harness: Harness;
  readonly mode: Mode;
  readonly clock: Clock;
  readonly random: Random;
  readonly runId: string;
  /** Whether no other world is open, so that the broker may be broken for all. */
  readonly isAlone: boolean;
}

/** A world, and how it ends: everything opened in it is closed, whatever became of the case. */
export function openWorld(options: WorldOptions): { readonly world: World; readonly close: () => Promise<void> } {
  const { harness, mode } = options;
  const { clock, end } = caseClock(options.clock);
  const endings: (() => Promise<unknown>)[] = [];
  const factor = amounts[mode];
  const ledger = createLedger(() => clock.monotonic());
  const world: World = {
    ...options,
    harness: {
      ...harness,
      timing: { ...harness.timing, patienceMs: harness.timing.patienceMs * Math.max(1, factor) },
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
    amount: (standard) => Math.max(1, Math.ceil(standard * factor)),
  };
  const close = async (): Promise<void> => {
    // A driver under test may fail to close; the cases that look at closing see that, the others must not fall over it.
    // Neither may the others wait for it for ever.
    for (const ending of endings.toReversed()) {
      await Promise.race([ending().catch(() => undefined), clock.sleep(endingMsMax)]);
    }
    end();
  };
  return { world, close };
}

const endingMsMax = 3000;

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

const amounts: Readonly<Record<Mode, number>> = { smoke: 0.2, standard: 1, stress: 10, fault: 1, soak: 10 };
