import { cutPage } from '@waybill/core/driver';
import type { OutboxPage, OutboxQuery, OutboxRow } from '@waybill/core/driver';
import type { DynamodbSettings } from '../options.ts';
import { bucketLane } from './bucket-lane.ts';
import type { BucketLane } from './bucket-lane.ts';
import { dropAheadOfCommit } from './drop-ahead-of-commit.ts';
import { readParkedKeys } from './parked-keys.ts';
import type { StoredRow } from './row-item.ts';
import { skippedBy } from './skipped-by.ts';

/** Reads committed rows of the buckets in id order, each bucket from its start, so that no late commit is passed over. */
export async function readOutbox(settings: DynamodbSettings, query: OutboxQuery): Promise<OutboxPage> {
  const { buckets, blocked, blockedChannels, limit } = query;
  const underWay = new Set(query.underWay);
  const isLeftOut = skippedBy([...blocked, ...(await readParkedKeys(settings))], blockedChannels);
  const isSkipped = (row: OutboxRow): boolean => underWay.has(row.rowId) || isLeftOut(row);
  const pageItems = Math.max(25, Math.ceil((2 * limit) / Math.max(1, buckets.length)));
  const lanes = [...new Set(buckets)].map((bucket) => bucketLane(settings, bucket, { pageItems, isSkipped }));
  const rows = await mergeLanes(lanes, limit);
  const visible = await dropAheadOfCommit(settings, rows, underWay);
  const page = cutPage(
    visible.map(({ row }) => row),
    query.bytesMax,
  );
  return { ...page, nextDueInMs: undefined };
}

async function mergeLanes(lanes: readonly BucketLane[], limit: number): Promise<readonly StoredRow[]> {
  const rows: StoredRow[] = [];
  while (rows.length < limit) {
    // The next row is known only when every lane shows its first.
    await Promise.all(lanes.map((lane) => lane.fill()));
    const first = lanes.reduce<BucketLane | undefined>(earlier, undefined);
    const row = first?.take();
    if (row === undefined) return rows;
    rows.push(row);
  }
  return rows;
}

function earlier(first: BucketLane | undefined, lane: BucketLane): BucketLane | undefined {
  const row = lane.peek();
  if (row === undefined) return first;
  return first === undefined || row.row.rowId < (first.peek()?.row.rowId ?? Infinity) ? lane : first;
}
