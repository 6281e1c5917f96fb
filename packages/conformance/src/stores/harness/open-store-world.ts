import type { StoreDriver } from '@waybill/core/driver';
import { caseClock } from '../../harness/case-clock.ts';
import { amountIn } from '../../harness/mode.ts';
import { runEndings } from '../../harness/run-endings.ts';
import type { OpenedWorld, WorldOptions } from '../../runner/suite.ts';
import type { StoreDatabase, StoreFaults, StoreHarness } from './store-harness.ts';
import type { StoreWorld } from './store-world.ts';

/** A world on a database of its own. */
export function openStoreWorld(options: WorldOptions<StoreHarness>): OpenedWorld<StoreWorld> {
  const { harness, mode, isAlone } = options;
  const { clock, end } = caseClock(options.clock);
  const endings: (() => Promise<unknown>)[] = [];
  const counts = { committed: 0, rolledBack: 0, unknown: 0, faults: 0 };
  const originals = new WeakMap<StoreDriver, StoreDriver>();
  let creating: Promise<StoreDatabase> | undefined;
  const database = (): Promise<StoreDatabase> => {
    creating ??= harness.createDatabase();
    return creating;
  };
  const world: StoreWorld = {
    ...options,
    clock,
    database,
    open: async () => {
      const original = await (await database()).open();
      const store = countedStore(original, counts);
      originals.set(store, original);
      endings.push(() => original.close());
      return store;
    },
    faults: countedFaults(harness.faults, counts, isAlone, (store) => originals.get(store) ?? store),
    defer: (task) => {
      endings.push(task);
    },
    amount: (standard) => amountIn(mode, standard),
  };
  const close = async (): Promise<void> => {
    await runEndings([async () => (await creating)?.drop(), ...endings], clock);
    end();
  };
  return { world, totals: () => ({ ...counts }), close };
}

interface Counts {
  committed: number;
  rolledBack: number;
  unknown: number;
  faults: number;
}

function countedStore(store: StoreDriver, counts: Counts): StoreDriver {
  return {
    ...store,
    transaction: async (work) => {
      try {
        const result = await store.transaction(work);
        counts.committed += 1;
        return result;
      } catch (error) {
        counts[store.codeOf(error) === 'commit-unknown' ? 'unknown' : 'rolledBack'] += 1;
        throw error;
      }
    },
  };
}

/** Every fault that has landed is counted, and none hits the cases beside it. */
function countedFaults(
  faults: StoreFaults,
  counts: Counts,
  isAlone: boolean,
  originalOf: (store: StoreDriver) => StoreDriver,
): StoreFaults {
  const { killServer, pauseServer, cutConnections, abandon } = faults;
  return {
    ...(killServer && { killServer: shared(killServer) }),
    ...(pauseServer && { pauseServer: shared(pauseServer) }),
    ...(cutConnections && { cutConnections: (database) => counted(cutConnections(database)) }),
    ...(abandon && { abandon: (store) => counted(abandon(originalOf(store))) }),
  };

  async function counted<Result>(fault: Promise<Result>): Promise<Result> {
    const result = await fault;
    if (result !== 0) counts.faults += 1;
    return result;
  }

  function shared<Result>(fault: () => Promise<Result>): () => Promise<Result> {
    return async () => {
      if (!isAlone) throw new Error('a case that breaks the server for all must be marked with `alone`');
      return counted(fault());
    };
  }
}
