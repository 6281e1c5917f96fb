import type { Clock, NewId, StoreDriver } from '../driver/index.ts';
import { systemNewId } from '../time/system-chance.ts';
import { systemClock } from '../time/system-clock.ts';
import { memoryCapabilities } from './memory-capabilities.ts';
import { MemoryStoreError, memoryError } from './memory-error.ts';
import { readLetters } from './memory-letters.ts';
import { deleteOutbox, inspectOutbox, leaseBuckets, readOutbox } from './memory-outbox.ts';
import { createMemoryStoreState } from './memory-store-state.ts';
import type { MemoryStoreState } from './memory-store-state.ts';
import { committedTables } from './memory-tables.ts';
import type { CommittedTables, MemoryTables } from './memory-tables.ts';
import { openMemoryTransaction } from './memory-transaction.ts';

export interface MemoryStoreOptions {
  readonly clock?: Clock;
  readonly newId?: NewId;
  /** What another store has left behind. Default: nothing. */
  readonly state?: MemoryStoreState;
}

export interface MemoryStore extends StoreDriver<MemoryTables> {
  /** Committed rows of the user's tables. */
  readonly tables: CommittedTables;
  readonly state: MemoryStoreState;
}

/**
 * A transactional store that is lost with its process: the embedded default, and the model that the other stores are held against.
 * Transactions see only what is committed, the first committer wins, and numbers follow the order of commits.
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const clock = options.clock ?? systemClock;
  const state = options.state ?? createMemoryStoreState((options.newId ?? systemNewId)());
  let isClosed = false;

  const requireOpen = (): void => {
    if (isClosed) throw memoryError('closed', 'The memory store is closed.');
  };

  return {
    specVersion: 1,
    name: 'memory',
    capabilities: memoryCapabilities,
    state,
    tables: committedTables(state),
    transaction: async (work) => {
      requireOpen();
      const { transaction, commit, close } = openMemoryTransaction(state, clock.now);
      try {
        const result = await work(transaction);
        commit();
        return result;
      } finally {
        close();
      }
    },
    leaseBuckets: async (request) => {
      requireOpen();
      return leaseBuckets(state, request, clock.now());
    },
    readOutbox: async (query) => {
      requireOpen();
      return readOutbox(state, query);
    },
    deleteOutbox: async (deletion) => {
      requireOpen();
      return deleteOutbox(state, deletion);
    },
    readDeadLetters: async (query) => readLetters(state, query),
    inspect: async () => {
      const { rows, oldestAgeMs } = inspectOutbox(state, clock.now());
      return {
        outboxRows: rows,
        outboxOldestAgeMs: oldestAgeMs,
        deadLetters: state.letters.size,
        parkedKeys: state.parked.size,
      };
    },
    codeOf: (error) => (error instanceof MemoryStoreError ? error.code : 'unknown'),
    close: async () => {
      isClosed = true;
    },
  };
}
