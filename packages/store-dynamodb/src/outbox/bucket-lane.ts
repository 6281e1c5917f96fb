import type { OutboxRow } from '@waybill/core/driver';
import { outboxPartition } from '../items/item-keys.ts';
import { queryPages } from '../items/query-items.ts';
import type { DynamodbSettings } from '../options.ts';
import { readRow } from './row-item.ts';
import type { StoredRow } from './row-item.ts';

/** The rows of one bucket, read as far as they are wanted. */
export interface BucketLane {
  /** Reads on until a row is there or the bucket has ended. */
  readonly fill: () => Promise<void>;
  readonly peek: () => StoredRow | undefined;
  readonly take: () => StoredRow | undefined;
}

export interface BucketLaneOptions {
  readonly pageItems: number;
  readonly isSkipped: (row: OutboxRow) => boolean;
}

export function bucketLane(
  { client, table, buckets }: DynamodbSettings,
  bucket: number,
  { pageItems, isSkipped }: BucketLaneOptions,
): BucketLane {
  const pages = queryPages(client, table, { pk: outboxPartition(bucket), pageItems });
  let rows: readonly StoredRow[] = [];
  let at = 0;
  let isEnded = false;
  return {
    fill: async () => {
      while (at >= rows.length && !isEnded) {
        const page = await pages.next();
        isEnded = page.done === true;
        const items = page.done === true ? [] : page.value;
        rows = items.map((item) => readRow(item, buckets)).filter(({ row }) => !isSkipped(row));
        at = 0;
      }
    },
    peek: () => rows[at],
    take: () => {
      const row = rows[at];
      at += 1;
      return row;
    },
  };
}
