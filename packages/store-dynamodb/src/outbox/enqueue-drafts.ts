import type { OutboxDraft } from '@waybill/core/driver';
import { itemKeys } from '../items/item-keys.ts';
import { numberValue, readNumber } from '../items/item.ts';
import type { ItemKey } from '../items/item.ts';
import type { WorkingItems } from '../transaction/working-items.ts';
import { bucketOf } from './bucket-of.ts';
import type { NextRowId } from './row-ids.ts';
import { rowItem } from './row-item.ts';

export interface Numbering {
  readonly buckets: number;
  /** Names the numbering: that of this table, and of no table restored from it. */
  readonly epoch: string;
  readonly nextRowId: NextRowId;
  readonly createdAtMs: number;
}

/**
 * Numbers the drafts per channel and key and adds their rows. The numbers hold at the commit or it fails, so they are dense and follow the
 * commits; and because the row id is drawn behind the last one of the key, rows of a key lie in the order of their numbers.
 */
export async function enqueueDrafts(
  items: WorkingItems,
  drafts: readonly OutboxDraft[],
  numbering: Numbering,
): Promise<void> {
  await items.load(drafts.flatMap((draft) => numberingKeyOf(draft) ?? []));
  for (const [index, draft] of drafts.entries()) {
    if (draft.key === undefined) enqueueAlone(items, draft, index, numbering);
    else enqueueNumbered(items, draft, draft.key, numbering);
  }
}

function enqueueAlone(items: WorkingItems, draft: OutboxDraft, index: number, numbering: Numbering): void {
  const { buckets, epoch, nextRowId, createdAtMs } = numbering;
  const bucket = bucketOf(draft.id, String(index), buckets);
  const rowId = nextRowId(bucket, -1, createdAtMs);
  const row = { ...draft, rowId, bucket, sequence: undefined, epoch, createdAtMs };
  items.create(itemKeys.outboxRow(rowId, buckets), rowItem({ row, previousRowId: undefined }));
}

function enqueueNumbered(items: WorkingItems, draft: OutboxDraft, key: string, numbering: Numbering): void {
  const { buckets, epoch, nextRowId, createdAtMs } = numbering;
  const at = itemKeys.numbering(draft.address.kind, draft.address.channel, key);
  const last = items.get(at);
  const previousRowId = last && readNumber(last, 'lastRowId');
  const sequence = ((last && readNumber(last, 'last')) ?? 0) + 1;
  const bucket = bucketOf(draft.address.channel, key, buckets);
  const rowId = nextRowId(bucket, previousRowId ?? -1, createdAtMs);
  items.write(at, { last: numberValue(sequence), lastRowId: numberValue(rowId) });
  const row = { ...draft, rowId, bucket, sequence, epoch, createdAtMs };
  items.create(itemKeys.outboxRow(rowId, buckets), rowItem({ row, previousRowId }));
}

function numberingKeyOf({ address, key }: OutboxDraft): ItemKey | undefined {
  return key === undefined ? undefined : itemKeys.numbering(address.kind, address.channel, key);
}
