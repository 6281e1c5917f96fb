import type { StoreDriver } from '@waybill/core/driver';
import { dynamodbCapabilities } from './capabilities.ts';
import { readDeadLetters } from './dead-letters/read-dead-letters.ts';
import { DynamodbStoreError } from './dynamodb-error.ts';
import { errorCodeOf } from './error-code-of.ts';
import { inspectStore } from './inspect-store.ts';
import { readOptions } from './options.ts';
import type { DynamodbStoreOptions } from './options.ts';
import { deleteOutbox } from './outbox/delete-outbox.ts';
import { leaseBuckets } from './outbox/lease-buckets.ts';
import { readOutbox } from './outbox/read-outbox.ts';
import { createRowIds } from './outbox/row-ids.ts';
import { openTable } from './table/open-table.ts';
import type { OpenTable } from './table/open-table.ts';
import type { DynamodbTransaction } from './transaction/dynamodb-transaction.ts';
import { openTransaction } from './transaction/open-transaction.ts';

/**
 * Inbox, fence, outbox and dead letters in one DynamoDB table, for handlers whose own state is in DynamoDB as well: what they write and the
 * marks are committed by one `TransactWriteItems`. The client stays its owner's and is not ended by `close`.
 * @throws DynamodbStoreError `illegal-options`
 */
export function dynamodbStore(options: DynamodbStoreOptions): StoreDriver<DynamodbTransaction> {
  const settings = readOptions(options);
  const nextRowId = createRowIds(settings.buckets, settings.random);
  const underWay = new Set<Promise<unknown>>();
  let table: Promise<OpenTable> | undefined;
  let isClosed = false;

  /** Whoever comes first asks what the table is; who finds it missing asks again next time. */
  const opened = async (): Promise<OpenTable> => {
    if (isClosed) throw new DynamodbStoreError('closed', 'The DynamoDB store is closed.');
    table ??= openTable(settings).catch((error: unknown) => {
      table = undefined;
      throw error;
    });
    return table;
  };
  const tracked = async <Result>(work: (table: OpenTable) => Promise<Result>): Promise<Result> => {
    const working = opened().then(work);
    underWay.add(working);
    try {
      return await working;
    } finally {
      underWay.delete(working);
    }
  };

  return {
    specVersion: 1,
    name: 'dynamodb',
    capabilities: dynamodbCapabilities(settings.buckets),
    transaction: (work) =>
      tracked(async ({ epoch }) => {
        const { transaction, commit, close } = openTransaction({ settings, nextRowId, epoch });
        try {
          const result = await work(transaction);
          await commit();
          return result;
        } finally {
          close();
        }
      }),
    leaseBuckets: (request) => tracked(() => leaseBuckets(settings, request)),
    readOutbox: (query) => tracked(() => readOutbox(settings, query)),
    deleteOutbox: (deletion) => tracked(() => deleteOutbox(settings, deletion)),
    readDeadLetters: (query) => tracked(() => readDeadLetters(settings, query)),
    inspect: () => tracked(() => inspectStore(settings)),
    codeOf: errorCodeOf,
    close: async () => {
      isClosed = true;
      await Promise.allSettled(underWay);
    },
  };
}
