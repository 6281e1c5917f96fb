import { itemKeys, relayPartition } from '../items/item-keys.ts';
import { readNumber, readText } from '../items/item.ts';
import { keyName } from '../items/item.ts';
import type { Item } from '../items/item.ts';
import { queryAll } from '../items/query-items.ts';
import type { DynamodbSettings } from '../options.ts';

/** Who may send the rows of a bucket. It is theirs for as long as their own lease lasts. */
export interface BucketHolder {
  readonly bucket: number;
  /** Empty where nobody holds it. */
  readonly owner: string;
  readonly token: number;
}

export interface RelayItems {
  /** One for every bucket, in their order. */
  readonly buckets: readonly BucketHolder[];
  /** When the leases of the relays end, by owner. */
  readonly leaseUntilMs: ReadonlyMap<string, number>;
}

/** Reads the partition in which all relays and buckets lie. */
export async function readRelayItems({ client, table, buckets }: DynamodbSettings): Promise<RelayItems> {
  const items = await queryAll(client, table, { pk: relayPartition });
  const found = new Map(items.map((item) => [keyName({ pk: relayPartition, sk: readText(item, 'sk') }), item]));
  return {
    buckets: Array.from({ length: buckets }, (_, bucket) => readHolder(bucket, found)),
    leaseUntilMs: new Map(
      items
        .filter((item) => readText(item, 'sk').startsWith('relay#'))
        .map((item) => [readText(item, 'owner'), readNumber(item, 'leaseUntil') ?? 0]),
    ),
  };
}

function readHolder(bucket: number, found: ReadonlyMap<string, Item>): BucketHolder {
  const item = found.get(keyName(itemKeys.bucket(bucket))) ?? {};
  return { bucket, owner: readText(item, 'owner'), token: readNumber(item, 'token') ?? 0 };
}
