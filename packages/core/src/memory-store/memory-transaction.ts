import type { ClaimOutcome, DeadLetterChange, OutboxDraft, StoreTransaction } from '../driver/index.ts';
import { completeClaim, makeClaim } from './memory-claims.ts';
import { memoryError } from './memory-error.ts';
import { changeLetter } from './memory-letters.ts';
import type { MemoryStoreState } from './memory-store-state.ts';
import { createMemoryTables } from './memory-tables.ts';
import type { MemoryTables } from './memory-tables.ts';
import { numberedRow } from './numbered-row.ts';
import type { EnqueuedRow } from './numbered-row.ts';
import { toScheduled } from './scheduled-messages.ts';
import type { ScheduledMessage } from './scheduled-messages.ts';
import { WorkingMap } from './working-map.ts';

export interface OpenTransaction {
  readonly transaction: StoreTransaction<MemoryTables>;
  /** One synchronous section: either all of it is visible afterwards, or nothing. @throws `write-conflict` */
  readonly commit: () => void;
  readonly close: () => void;
}

export interface TransactionTime {
  readonly now: () => number;
  readonly monotonic: () => number;
}

export function openMemoryTransaction(state: MemoryStoreState, time: TransactionTime): OpenTransaction {
  const maps = {
    identities: new WorkingMap(state.identities),
    cursors: new WorkingMap(state.cursors),
    parked: new WorkingMap(state.parked),
    letters: new WorkingMap(state.letters),
    tables: new WorkingMap(state.tables),
  };
  const enqueued: EnqueuedRow[] = [];
  const scheduled: ScheduledMessage[] = [];
  const takenRows: number[] = [];
  let isOpen = true;

  const requireOpen = (): void => {
    if (!isOpen) throw memoryError('transaction-closed', 'The transaction has ended.');
  };
  const isOwn = (scope: string, key: string): boolean =>
    maps.identities.get(scope, key) !== state.identities.get(scope, key);

  const takeRow = (rowId: number): void => {
    if (state.outbox.get(rowId) === undefined) throw memoryError('not-found', `The outbox has no row ${rowId}.`);
    takenRows.push(rowId);
  };
  const changeOne = (change: DeadLetterChange): void => {
    changeLetter(maps, change);
    if (change.change === 'put' && change.outboxRowId !== undefined) takeRow(change.outboxRowId);
  };

  const write = (draft: OutboxDraft): void => {
    state.lastRowId += 1;
    const row = { rowId: state.lastRowId, createdAtMs: time.now(), draft };
    if (draft.delayedBy === 'store') scheduled.push(toScheduled(row, time.monotonic(), state.buckets.count));
    else enqueued.push(row);
  };

  const transaction: StoreTransaction<MemoryTables> = {
    native: createMemoryTables(state, maps.tables, requireOpen),
    claim: async (claims): Promise<readonly ClaimOutcome[]> => {
      requireOpen();
      const nowMs = time.monotonic();
      return claims.map((claim) => makeClaim(maps, claim, nowMs));
    },
    complete: async (completions) => {
      requireOpen();
      for (const completion of completions) completeClaim(maps, completion, isOwn);
    },
    enqueue: async (drafts) => {
      requireOpen();
      for (const draft of drafts) write(draft);
    },
    changeDeadLetters: async (changes) => {
      requireOpen();
      for (const change of changes) changeOne(change);
    },
  };

  const commit = (): void => {
    requireOpen();
    const all = Object.values(maps);
    for (const map of all) map.requireUnchanged();
    if (takenRows.some((rowId) => state.outbox.get(rowId) === undefined)) {
      throw memoryError('write-conflict', 'Another transaction has taken the outbox row.');
    }
    for (const map of all) map.apply();
    for (const rowId of takenRows) state.outbox.delete(rowId);
    addRows(state, enqueued, scheduled);
  };

  return {
    transaction,
    commit,
    close: () => {
      isOpen = false;
    },
  };
}

function addRows(
  state: MemoryStoreState,
  enqueued: readonly EnqueuedRow[],
  scheduled: readonly ScheduledMessage[],
): void {
  for (const row of enqueued) state.outbox.add(numberedRow(state, row));
  for (const message of scheduled) state.scheduled.add(message);
}
