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
    harness: { ...harness, faults: notedFaults(harness.faults, ledger, options.isAlone) },
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

/** Every fault stands in the ledger of its case, and none hits the cases beside it. */
function notedFaults(faults: Faults, ledger: Ledger, isAlone: boolean): Faults {
  const { restartBroker, cutConnections, abandon } = faults;
  return {
    restartBroker: restartBroker && noted('broker killed and started again', shared(restartBroker)),
    cutConnections: cutConnections && noted('connections cut', shared(cutConnections)),
    abandon: abandon && noted('consumer killed', abandon),
  };

  function shared(fault: () => Promise<void>): () => Promise<void> {
    return async () => {
      if (!isAlone) throw new Error('a case that breaks the broker for all must be marked with `alone`');
      await fault();
    };
  }

  function noted<Arguments extends readonly unknown[]>(
    what: string,
    fault: (...parts: Arguments) => Promise<void>,
  ): (...parts: Arguments) => Promise<void> {
    return async (...parts) => {
      await fault(...parts);
      ledger.fault(what);
    };
  }
}

const amounts: Readonly<Record<Mode, number>> = { smoke: 0.2, standard: 1, stress: 10, fault: 1, soak: 10 };
