import type { OutboxDraft } from '../driver/index.ts';
import { bucketOf } from './bucket-of.ts';
import type { MemoryStoreState } from './memory-store-state.ts';
import type { StoredRow } from './stored-row.ts';

export interface EnqueuedRow {
  /** Taken when the row is written, as from a database's sequence: a late commit brings a low one. */
  readonly rowId: number;
  readonly createdAtMs: number;
  readonly draft: OutboxDraft;
}

/** Numbers are given by the commit, so they are dense and in commit order, whatever the ids say. */
export function numberedRow(state: MemoryStoreState, { rowId, createdAtMs, draft }: EnqueuedRow): StoredRow {
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
