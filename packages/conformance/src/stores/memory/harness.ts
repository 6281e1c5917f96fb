import { createMemoryStoreState, memoryStore } from '@waybill/core';
import type { MemoryTables } from '@waybill/core';
import type { OpenStoreHarness, StoreHarness } from '../harness/store-harness.ts';
import { memoryStoreLevels } from './memory-store-levels.ts';

const table = 'effects';

/** The store of core: every database of a case is a state of its own, which all its stores share. */
export const openStoreHarness: OpenStoreHarness = async () => {
  let databases = 0;
  // #region harness
  const harness: StoreHarness = {
    store: 'memory',
    product: 'maps in the process',
    version: process.version,
    startedBy: 'in-process',
    levels: memoryStoreLevels,
    timing: { leaseMs: 150, settleMs: 20, patienceMs: 5000 },
    createDatabase: async () => {
      databases += 1;
      const state = createMemoryStoreState(`epoch-${databases}`);
      const { tables } = memoryStore({ state });
      return {
        open: async () => memoryStore({ state }),
        writeRow: async (native, id) => (native as MemoryTables).table(table).insert(id, id),
        rows: async () => tables.table<string>(table).rows(),
        fenceRecords: async () => state.cursors.size,
        drop: async () => undefined,
      };
    },
    // What a process has open dies with it; nothing of it is in the state before its commit.
    faults: { abandon: async () => undefined },
    absent: {
      killServer: 'the database is in this process and ends with it',
      pauseServer: 'the database is in this process and freezes with it',
      cutConnections: 'there is no connection',
    },
    stop: async () => undefined,
  };
  // #endregion
  return harness;
};
