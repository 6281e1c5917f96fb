import { memoryStore } from '@waybill/core';
import type { TransportDriver } from '@waybill/core/driver';
import type { Harness } from '../harness/harness.ts';
import { wrapDriver } from '../stage/wrap-driver.ts';
import type { Mutation } from './mutant.ts';

/** The same broker, reached through changed drivers, or a changed store. What looks past the driver stays as it is. */
export function mutateHarness(harness: Harness, { driver: changesOf, store: change }: Mutation): Harness {
  const originals = new WeakMap<TransportDriver, TransportDriver>();
  const { openStore = (clock) => memoryStore({ clock }) } = harness;
  const { abandon } = harness.faults;
  return {
    ...harness,
    connect: async () => {
      const driver = await harness.connect();
      const mutated = wrapDriver(driver, changesOf?.(driver) ?? {});
      originals.set(mutated, driver);
      return mutated;
    },
    openStore: (clock) => {
      const store = openStore(clock);
      return change?.(store) ?? store;
    },
    faults: {
      ...harness.faults,
      abandon: abandon === undefined ? undefined : (driver) => abandon(originals.get(driver) ?? driver),
    },
  };
}
