import { TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { OutboxDeletion } from '@waybill/core/driver';
import { cancellationCodes } from '../error-code-of.ts';
import { itemKeys } from '../items/item-keys.ts';
import { keyValues, numberValue } from '../items/item.ts';
import type { DynamodbSettings } from '../options.ts';

/** One place of the hundred is for the token's condition. */
const rowsMax = 99;

/** Deletes rows in transactions that hold the token of their bucket: rows of a bucket that has another owner stay. */
export async function deleteOutbox(settings: DynamodbSettings, { rowIds, leases }: OutboxDeletion): Promise<number> {
  const tokens = new Map(leases.map(({ bucket, token }) => [bucket, token]));
  const byBucket = Map.groupBy(new Set(rowIds), (rowId) => rowId % settings.buckets);
  const counts = [...byBucket].map(async ([bucket, some]) => {
    const token = tokens.get(bucket);
    return token === undefined ? 0 : deleteRows(settings, bucket, token, some);
  });
  return (await Promise.all(counts)).reduce((total, count) => total + count, 0);
}

async function deleteRows(
  settings: DynamodbSettings,
  bucket: number,
  token: number,
  rowIds: readonly number[],
): Promise<number> {
  let count = 0;
  for (let from = 0; from < rowIds.length; from += rowsMax) {
    count += await deleteSome(settings, bucket, token, rowIds.slice(from, from + rowsMax));
  }
  return count;
}

/** A row that is gone already cancels the transaction; it is then done without it, so that the answer counts what went. */
async function deleteSome(
  settings: DynamodbSettings,
  bucket: number,
  token: number,
  rowIds: readonly number[],
): Promise<number> {
  const { client, table, buckets } = settings;
  if (rowIds.length === 0) return 0;
  const isCurrent = {
    TableName: table,
    Key: keyValues(itemKeys.bucket(bucket)),
    ConditionExpression: '#token = :token',
    ExpressionAttributeNames: { '#token': 'token' },
    ExpressionAttributeValues: { ':token': numberValue(token) },
  };
  const deletions = rowIds.map((rowId) => ({
    Delete: {
      TableName: table,
      Key: keyValues(itemKeys.outboxRow(rowId, buckets)),
      ConditionExpression: 'attribute_exists(pk)',
    },
  }));
  try {
    await client.send(new TransactWriteItemsCommand({ TransactItems: [{ ConditionCheck: isCurrent }, ...deletions] }));
    return rowIds.length;
  } catch (error) {
    const [ofToken, ...ofRows] = cancellationCodes(error);
    if (ofToken === 'ConditionalCheckFailed') return 0;
    const left = rowIds.filter((_, index) => ofRows[index] !== 'ConditionalCheckFailed');
    if (left.length === rowIds.length) throw error;
    return deleteSome(settings, bucket, token, left);
  }
}
