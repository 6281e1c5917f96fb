import type { StoreInspection } from '@waybill/core/driver';
import { letterPartition, outboxPartition, parkedPartition } from './items/item-keys.ts';
import { readNumber } from './items/item.ts';
import type { Item } from './items/item.ts';
import { queryAll, queryPages } from './items/query-items.ts';
import type { DynamodbSettings } from './options.ts';
import { readParkedKeys } from './outbox/parked-keys.ts';
import { readMessage } from './outbox/row-item.ts';
import type { RowMessage } from './outbox/row-item.ts';
import { skippedBy } from './outbox/skipped-by.ts';

interface BucketCount {
  readonly rows: number;
  readonly oldestAtMs: number;
}

/** Counts by reading: DynamoDB has no count that is cheaper, and its own figures are six hours old. */
export async function inspectStore(settings: DynamodbSettings): Promise<StoreInspection> {
  const { client, table, clock } = settings;
  const isParked = skippedBy(await readParkedKeys(settings), []);
  const numbers = Array.from({ length: settings.buckets }, (_, bucket) => bucket);
  const [counts, letters, parkedKeys] = await Promise.all([
    Promise.all(numbers.map((bucket) => countBucket(settings, bucket, isParked))),
    queryAll(client, table, { pk: letterPartition, attributes: ['sk'] }),
    queryAll(client, table, { pk: parkedPartition, attributes: ['sk'] }),
  ]);
  const oldestAtMs = Math.min(...counts.map((count) => count.oldestAtMs));
  return {
    outboxRows: counts.reduce((total, { rows }) => total + rows, 0),
    outboxOldestAgeMs: oldestAtMs === Infinity ? 0 : Math.max(0, clock.now() - oldestAtMs),
    scheduledRows: 0,
    deadLetters: letters.length,
    parkedKeys: parkedKeys.length,
  };
}

async function countBucket(
  { client, table }: DynamodbSettings,
  bucket: number,
  isParked: (message: RowMessage) => boolean,
): Promise<BucketCount> {
  let rows = 0;
  let oldestAtMs = Infinity;
  const query = { pk: outboxPartition(bucket), attributes: ['message', 'createdAt'] };
  for await (const page of queryPages(client, table, query)) {
    const open = page.filter((item) => !isParked(readMessage(item)));
    rows += open.length;
    oldestAtMs = Math.min(oldestAtMs, ...open.map(createdAtOf));
    // Older ones come first, and who looks every few seconds must not read all of a backlog each time.
    if (rows >= countMax) break;
  }
  return { rows, oldestAtMs };
}

/** Of one bucket. */
const countMax = 1000;

const createdAtOf = (item: Item): number => readNumber(item, 'createdAt') ?? Infinity;
