import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import type { KeysAndAttributes } from '@aws-sdk/client-dynamodb';
import { DynamodbStoreError } from '../dynamodb-error.ts';
import type { DynamodbClient } from '../options.ts';
import { keyName, keyOf, keyValues } from './item.ts';
import type { Item, ItemKey } from './item.ts';

const keysMax = 100;
const roundsMax = 8;

/**
 * Reads items by their keys, as committed last, in as few round trips as DynamoDB allows.
 * @throws DynamodbStoreError `reads-unprocessed` when DynamoDB puts some of them off again and again
 */
export async function readItems(
  client: DynamodbClient,
  table: string,
  keys: readonly ItemKey[],
): Promise<ReadonlyMap<string, Item>> {
  const found = new Map<string, Item>();
  const wanted = [...new Map(keys.map((key) => [keyName(key), key])).values()];
  const reads: Promise<void>[] = [];
  for (let from = 0; from < wanted.length; from += keysMax) {
    reads.push(readSome(client, table, wanted.slice(from, from + keysMax), found));
  }
  await Promise.all(reads);
  return found;
}

async function readSome(
  client: DynamodbClient,
  table: string,
  keys: readonly ItemKey[],
  found: Map<string, Item>,
): Promise<void> {
  let request: Record<string, KeysAndAttributes> = { [table]: { Keys: keys.map(keyValues), ConsistentRead: true } };
  for (let round = 1; round <= roundsMax; round += 1) {
    const { Responses, UnprocessedKeys } = await client.send(new BatchGetItemCommand({ RequestItems: request }));
    for (const item of Responses?.[table] ?? []) found.set(keyName(keyOf(item)), item);
    if (UnprocessedKeys === undefined || Object.keys(UnprocessedKeys).length === 0) return;
    request = UnprocessedKeys;
  }
  throw new DynamodbStoreError('reads-unprocessed', `DynamoDB put off reads of ${table} ${roundsMax} times in a row.`);
}
