import type { OutboxKey } from '@waybill/core/driver';
import { parkedOutboxPrefix, parkedPartition } from '../items/item-keys.ts';
import { readText } from '../items/item.ts';
import { queryAll } from '../items/query-items.ts';
import type { DynamodbSettings } from '../options.ts';

/** The keys whose outbox rows wait behind a dead letter of the outbox itself. */
export async function readParkedKeys({ client, table }: DynamodbSettings): Promise<readonly OutboxKey[]> {
  const entries = await queryAll(client, table, { pk: parkedPartition, prefix: parkedOutboxPrefix });
  // Written by `changeDeadLetters`, and by nothing else.
  return entries.map((entry) => JSON.parse(readText(entry, 'name')) as OutboxKey);
}
