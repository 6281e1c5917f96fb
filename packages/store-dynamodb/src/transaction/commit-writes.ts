import { TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { DynamodbStoreError } from '../dynamodb-error.ts';
import { cancellationCodes } from '../error-code-of.ts';
import { itemBytes, itemBytesMax } from '../items/item-bytes.ts';
import type { DynamodbClient } from '../options.ts';
import type { DynamodbClock } from '../time/system-clock.ts';

/** Limits of one `TransactWriteItems` (AWS "Service quotas": Transactions). */
const writesMax = 100;
const writeBytesMax = 4 * 1024 * 1024;

/** DynamoDB remembers a request token for ten minutes; a minute is left for a request that is slow to arrive. */
const tokenMsMax = 540_000;
const triesMax = 3;

/**
 * Commits all writes or none. A lost answer is asked for again under the same request token, which has no second effect.
 * @throws DynamodbStoreError `too-many-items`, `item-too-large`, `transaction-too-large` before anything is sent;
 * `commit-unknown` when no answer could be had. What DynamoDB refuses is thrown as it comes.
 */
export async function commitWrites(
  client: DynamodbClient,
  clock: DynamodbClock,
  token: string,
  writes: readonly TransactWriteItem[],
): Promise<void> {
  if (writes.length === 0) return;
  requireLimits(writes);
  const startedAtMs = clock.monotonic();
  let mayHaveHappened = false;
  for (let tries = 1; ; tries += 1) {
    try {
      await client.send(new TransactWriteItemsCommand({ TransactItems: [...writes], ClientRequestToken: token }));
      return;
    } catch (error) {
      mayHaveHappened ||= isAnswerLost(error);
      if (!mayHaveHappened || isDefiniteRefusal(error)) throw error;
      if (tries === triesMax || clock.monotonic() - startedAtMs > tokenMsMax) throw unknown(error);
    }
  }
}

const unknown = (cause: unknown): DynamodbStoreError =>
  new DynamodbStoreError('commit-unknown', 'DynamoDB did not answer to a commit, which may have happened.', { cause });

/**
 * Only an answer of the first request is an answer to the commit: where the SDK has sent it again, the earlier one may have been lost on its way
 * back.
 */
function isAnswerLost(error: unknown): boolean {
  const { name, $metadata } = error as Partial<Error> & {
    $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
  };
  if (name === 'TransactionInProgressException') return true;
  // Nothing was signed, so nothing was sent.
  if (name === 'CredentialsProviderError') return false;
  const status = $metadata?.httpStatusCode ?? 0;
  return status < 400 || status >= 500 || ($metadata?.attempts ?? 1) > 1;
}

/**
 * A condition that fails under the token means that no earlier request has committed: DynamoDB would have answered with its success. A mere
 * conflict may be one with the earlier request itself.
 */
const isDefiniteRefusal = (error: unknown): boolean => cancellationCodes(error).includes('ConditionalCheckFailed');

function requireLimits(writes: readonly TransactWriteItem[]): void {
  if (writes.length > writesMax) {
    const problem = `A transaction has ${writes.length} items; DynamoDB takes ${writesMax}.`;
    throw new DynamodbStoreError('too-many-items', `${problem} Do less in one, or lower batch.max.`);
  }
  const sizes = writes.map(bytesOf);
  const largest = Math.max(...sizes);
  if (largest > itemBytesMax) {
    const problem = `An item has ${largest} bytes; DynamoDB takes ${itemBytesMax}.`;
    throw new DynamodbStoreError('item-too-large', `${problem} Keep large bodies elsewhere and send their address.`);
  }
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= writeBytesMax) return;
  const problem = `A transaction has ${total} bytes; DynamoDB takes ${writeBytesMax}.`;
  throw new DynamodbStoreError('transaction-too-large', `${problem} Do less in one, or lower batch.max.`);
}

/** Of an update only what the request carries can be known here. */
function bytesOf({ Put, Update, Delete, ConditionCheck }: TransactWriteItem): number {
  if (Put?.Item !== undefined) return itemBytes(Put.Item);
  const key = Update?.Key ?? Delete?.Key ?? ConditionCheck?.Key ?? {};
  return itemBytes(key) + itemBytes(Update?.ExpressionAttributeValues ?? {});
}
