import { cutPage } from '../driver/index.ts';
import type { Clock, NewId, StoreDriver } from '../driver/index.ts';
import { systemNewId } from '../time/system-chance.ts';
import { systemClock } from '../time/system-clock.ts';
import { committedTables } from './committed-tables.ts';
import type { CommittedTables } from './committed-tables.ts';
import { memoryCapabilities } from './memory-capabilities.ts';
import { codeOfMemoryError, memoryError } from './memory-error.ts';
import { createMemoryStoreState } from './memory-store-state.ts';
import type { MemoryStoreState } from './memory-store-state.ts';
import type { MemoryTables } from './memory-tables.ts';
import { openMemoryTransaction } from './memory-transaction.ts';
import { moveDue } from './move-due.ts';

export interface MemoryStoreOptions {
  /** The database's clock: the same for all stores on one state. */
  readonly clock?: Clock;
  readonly newId?: NewId;
  /** What another store has left behind. Default: nothing. */
  readonly state?: MemoryStoreState;
  /** Of a new state. Default 64. */
  readonly buckets?: number;
}

export interface MemoryStore extends StoreDriver<MemoryTables> {
  /** Committed rows of the user's tables. */
  readonly tables: CommittedTables;
  readonly state: MemoryStoreState;
}

/**
 * A transactional store that is lost with its process: the embedded default, and the model that the other stores are held against.
 * A transaction sees what is committed and what it has written itself; the first committer wins, the other gets `write-conflict`;
 * numbers follow the order of commits. Inbox marks are kept for ever, as they are in a database.
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const clock = options.clock ?? systemClock;
  const state = options.state ?? createMemoryStoreState((options.newId ?? systemNewId)(), options.buckets);
  const underWay = new Set<Promise<unknown>>();
  let isClosed = false;

  const requireOpen = (): void => {
    if (isClosed) throw memoryError('closed', 'The memory store is closed.');
  };

  return {
    specVersion: 1,
    name: 'memory',
    capabilities: memoryCapabilities(state.buckets.count),
    state,
    tables: committedTables(state),
    transaction: async (work) => {
      requireOpen();
      const { transaction, commit, close } = openMemoryTransaction(state, clock);
      const working = work(transaction);
      underWay.add(working);
      try {
        const result = await working;
        commit();
        return result;
      } finally {
        close();
        underWay.delete(working);
      }
    },
    leaseBuckets: async (request) => {
      requireOpen();
      return state.buckets.lease(request, clock.monotonic());
    },
    readOutbox: async (query) => {
      requireOpen();
      const nextDueInMs = moveDue(state, query.buckets, clock);
      return { ...cutPage(state.outbox.read(query), query.bytesMax), nextDueInMs };
    },
    deleteOutbox: async ({ rowIds, leases }) => {
      requireOpen();
      const current = new Set(leases.filter((lease) => state.buckets.isCurrent(lease)).map(({ bucket }) => bucket));
      return rowIds.filter((rowId) => {
        const row = state.outbox.get(rowId);
        return row !== undefined && current.has(row.bucket) && state.outbox.delete(rowId);
      }).length;
    },
    readDeadLetters: async (query) => state.letters.read(query),
    inspect: async () => {
      const { rows, oldestAtMs } = state.outbox.inspect();
      return {
        outboxRows: rows,
        outboxOldestAgeMs: oldestAtMs === undefined ? 0 : Math.max(0, clock.now() - oldestAtMs),
        scheduledRows: state.scheduled.size,
        deadLetters: state.letters.size,
        parkedKeys: state.parked.size,
      };
    },
    codeOf: codeOfMemoryError,
    close: async () => {
      isClosed = true;
      await Promise.allSettled(underWay);
    },
  };
}
