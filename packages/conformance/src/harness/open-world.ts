import type { Clock, Random } from '@waybill/core/driver';
import { createLedger } from '../ledger/ledger.ts';
import type { Harness } from './harness.ts';
import type { Mode } from './mode.ts';
import type { World } from './world.ts';

export interface WorldOptions {
  readonly harness: Harness;
  readonly mode: Mode;
  readonly clock: Clock;
  readonly random: Random;
  readonly runId: string;
}

/** A world, and how it ends: everything opened in it is closed, whatever became of the case. */
export function openWorld(options: WorldOptions): { readonly world: World; readonly close: () => Promise<void> } {
  const { harness, mode, clock } = options;
  const endings: (() => Promise<unknown>)[] = [];
  const factor = amounts[mode];
  const world: World = {
    ...options,
    ledger: createLedger(() => clock.monotonic()),
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
    for (const ending of endings.toReversed()) await ending().catch(() => undefined);
  };
  return { world, close };
}

const amounts: Readonly<Record<Mode, number>> = { smoke: 0.2, standard: 1, stress: 10, fault: 1, soak: 10 };
