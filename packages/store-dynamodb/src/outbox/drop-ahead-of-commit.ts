import { TransactGetItemsCommand } from '@aws-sdk/client-dynamodb';
import { cancellationCodes } from '../error-code-of.ts';
import { itemKeys } from '../items/item-keys.ts';
import { keyValues } from '../items/item.ts';
import type { DynamodbSettings } from '../options.ts';
import type { StoredRow } from './row-item.ts';

const getsMax = 100;

/**
 * Drops rows that have come ahead of their key's row before. A `Query` is no snapshot: it may show the later row of a transaction, or of a
 * later page, whose earlier one it has passed before that was written (AWS "Transaction isolation levels": read-committed). A row whose
 * predecessor is not right before it is kept only when the predecessor is gone, asked by a read that is serialised with transactions, or under way.
 */
export async function dropAheadOfCommit(
  settings: DynamodbSettings,
  rows: readonly StoredRow[],
  underWay: ReadonlySet<number>,
): Promise<readonly StoredRow[]> {
  const shown = new Set([...rows.map(({ row }) => row.rowId), ...underWay]);
  const missing = rows.flatMap(({ previousRowId }) =>
    previousRowId === undefined || shown.has(previousRowId) ? [] : [previousRowId],
  );
  const present = await findPresent(settings, missing);
  if (present.size === 0) return rows;
  const dropped = new Set<number>();
  return rows.filter(({ row, previousRowId }) => {
    // Whatever is behind a dropped row of its key is dropped with it.
    const isAhead = previousRowId !== undefined && (present.has(previousRowId) || dropped.has(previousRowId));
    if (isAhead) dropped.add(row.rowId);
    return !isAhead;
  });
}

async function findPresent(settings: DynamodbSettings, rowIds: readonly number[]): Promise<ReadonlySet<number>> {
  const chunks: Promise<readonly number[]>[] = [];
  for (let from = 0; from < rowIds.length; from += getsMax) {
    chunks.push(findSome(settings, rowIds.slice(from, from + getsMax)));
  }
  return new Set((await Promise.all(chunks)).flat());
}

async function findSome(settings: DynamodbSettings, rowIds: readonly number[]): Promise<readonly number[]> {
  const { client, table, buckets } = settings;
  if (rowIds.length === 0) return [];
  const TransactItems = rowIds.map((rowId) => ({
    Get: { TableName: table, Key: keyValues(itemKeys.outboxRow(rowId, buckets)), ProjectionExpression: 'pk' },
  }));
  try {
    const { Responses } = await client.send(new TransactGetItemsCommand({ TransactItems }));
    return rowIds.filter((_, index) => Responses?.[index]?.Item !== undefined);
  } catch (error) {
    const codes = cancellationCodes(error);
    const isBusy = (_: number, index: number): boolean => codes[index] === 'TransactionConflict';
    const busy = rowIds.filter(isBusy);
    if (busy.length === 0) throw error;
    // A transaction is at work on them: they count as present, and the next read tells.
    const others = rowIds.filter((rowId, index) => !isBusy(rowId, index));
    return [...busy, ...(await findSome(settings, others))];
  }
}
