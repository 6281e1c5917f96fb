import type { OutboxDraft, StoreTransaction } from '../driver/index.ts';
import { bucketOf } from './bucket-of.ts';
import { createMemoryClaims } from './memory-claims.ts';
import { memoryError } from './memory-error.ts';
import { changeLetter, placeLetters } from './memory-letters.ts';
import { compositeKey } from './memory-store-state.ts';
import type { MemoryStoreState } from './memory-store-state.ts';
import { createMemoryTables } from './memory-tables.ts';
import type { MemoryTables } from './memory-tables.ts';
import { WorkingSet } from './working-set.ts';

export interface OpenTransaction {
  readonly transaction: StoreTransaction<MemoryTables>;
  /** One synchronous section: either all of it is visible afterwards, or nothing. @throws `write-conflict` */
  readonly commit: () => void;
  readonly close: () => void;
}

interface EnqueuedRow {
  /** Taken when the row is written, as a database's sequence is: a late commit brings a low one. */
  readonly rowId: number;
  readonly draft: OutboxDraft;
}

export function openMemoryTransaction(state: MemoryStoreState, now: () => number): OpenTransaction {
  const working = new WorkingSet();
  const enqueued: EnqueuedRow[] = [];
  const takenRows: number[] = [];
  const putLetters: string[] = [];
  let isOpen = true;

  const requireOpen = (): void => {
    if (!isOpen) throw memoryError('transaction-closed', 'The transaction has ended.');
  };
  const claims = createMemoryClaims(state, working, now);

  const transaction: StoreTransaction<MemoryTables> = {
    native: createMemoryTables(state, working, requireOpen),
    claim: async (wanted) => {
      requireOpen();
      return wanted.map(claims.claim);
    },
    complete: async (completions) => {
      requireOpen();
      for (const completion of completions) claims.complete(completion);
    },
    enqueue: async (drafts) => {
      requireOpen();
      for (const draft of drafts) {
        state.lastRowId += 1;
        enqueued.push({ rowId: state.lastRowId, draft });
      }
    },
    changeDeadLetters: async (changes) => {
      requireOpen();
      for (const change of changes) {
        changeLetter(state, working, change);
        if (change.change !== 'put') continue;
        putLetters.push(change.letter.id);
        if (change.outboxRowId !== undefined) takenRows.push(change.outboxRowId);
      }
    },
  };

  const commit = (): void => {
    requireOpen();
    working.requireUnchanged();
    state.lastCommit += 1;
    working.apply(state.lastCommit);
    placeLetters(state, putLetters);
    for (const rowId of takenRows) state.outbox.delete(rowId);
    for (const { rowId, draft } of enqueued) state.outbox.add(numbered(state, rowId, draft, now()));
  };

  return {
    transaction,
    commit,
    close: () => {
      isOpen = false;
    },
  };
}

/** Numbers are given in the commit, so they are dense and in commit order, whatever the ids say. */
function numbered(state: MemoryStoreState, rowId: number, draft: OutboxDraft, createdAtMs: number) {
  const { key, address } = draft;
  const { epoch } = state;
  const channel = `${address.kind} ${address.channel}`;
  if (key === undefined) {
    return { ...draft, rowId, bucket: bucketOf(channel, draft.id), sequence: undefined, epoch, createdAtMs };
  }
  const counter = compositeKey(channel, key);
  const sequence = (state.sequences.get(counter) ?? 0) + 1;
  state.sequences.set(counter, sequence);
  return { ...draft, rowId, bucket: bucketOf(channel, key), sequence, epoch, createdAtMs };
}
