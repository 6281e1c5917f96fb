import type { ClaimOutcome, DeadLetterChange, OutboxDraft, OutboxRow, StoreTransaction } from '../driver/index.ts';
import { bucketOf } from './bucket-of.ts';
import { completeClaim, makeClaim } from './memory-claims.ts';
import { memoryError } from './memory-error.ts';
import { changeLetter } from './memory-letters.ts';
import type { MemoryStoreState } from './memory-store-state.ts';
import { createMemoryTables } from './memory-tables.ts';
import type { MemoryTables } from './memory-tables.ts';
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

interface EnqueuedRow {
  /** Taken when the row is written, as from a database's sequence: a late commit brings a low one. */
  readonly rowId: number;
  readonly createdAtMs: number;
  readonly draft: OutboxDraft;
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
      const createdAtMs = time.now();
      for (const draft of drafts) {
        state.lastRowId += 1;
        enqueued.push({ rowId: state.lastRowId, createdAtMs, draft });
      }
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
    for (const row of enqueued) state.outbox.add(numberedRow(state, row));
  };

  return {
    transaction,
    commit,
    close: () => {
      isOpen = false;
    },
  };
}

/** Numbers are given by the commit, so they are dense and in commit order, whatever the ids say. */
function numberedRow(state: MemoryStoreState, { rowId, createdAtMs, draft }: EnqueuedRow): OutboxRow {
  const { address, key } = draft;
  const { epoch, buckets } = state;
  if (key === undefined) {
    const bucket = rowId % buckets.count;
    return { ...draft, rowId, bucket, sequence: undefined, epoch, createdAtMs };
  }
  const numbering = numberingOf(state, `${address.kind} ${address.channel}`, key);
  numbering.last += 1;
  numbering.lastRowId = idBehind(state, numbering.lastRowId, rowId);
  const bucket = bucketOf(address.channel, key, buckets.count);
  return { ...draft, rowId: numbering.lastRowId, bucket, sequence: numbering.last, epoch, createdAtMs };
}

function numberingOf({ numberings }: MemoryStoreState, group: string, key: string) {
  const known = numberings.get(group, key);
  if (known !== undefined) return known;
  const created = { last: 0, lastRowId: 0 };
  numberings.write(group, key, created);
  return created;
}

/** Within a key ids follow the numbers: a database makes its second writer wait before it takes an id, this store takes a new one. */
function idBehind(state: MemoryStoreState, lastRowId: number, rowId: number): number {
  if (rowId > lastRowId) return rowId;
  state.lastRowId += 1;
  return state.lastRowId;
}
