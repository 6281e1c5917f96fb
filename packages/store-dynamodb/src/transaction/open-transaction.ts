import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { StoreTransaction } from '@waybill/core/driver';
import { completeClaims } from '../claims/complete-claims.ts';
import { makeClaims } from '../claims/make-claims.ts';
import { changeDeadLetters } from '../dead-letters/change-dead-letters.ts';
import { DynamodbStoreError } from '../dynamodb-error.ts';
import { readItems } from '../items/read-items.ts';
import type { DynamodbSettings } from '../options.ts';
import { enqueueDrafts } from '../outbox/enqueue-drafts.ts';
import type { NextRowId } from '../outbox/row-ids.ts';
import { commitWrites } from './commit-writes.ts';
import { createDynamodbTransaction } from './dynamodb-transaction.ts';
import type { DynamodbTransaction } from './dynamodb-transaction.ts';
import { WorkingItems } from './working-items.ts';

export interface OpenTransaction {
  readonly transaction: StoreTransaction<DynamodbTransaction>;
  readonly commit: () => Promise<void>;
  readonly close: () => void;
}

export interface TransactionParts {
  readonly settings: DynamodbSettings;
  readonly epoch: string;
  readonly nextRowId: NextRowId;
}

/** Reads go out as they are asked for; writes are collected, and nothing is sent before the commit. */
export function openTransaction({ settings, epoch, nextRowId }: TransactionParts): OpenTransaction {
  const { client, table, clock, buckets } = settings;
  const items = new WorkingItems((keys) => readItems(client, table, keys));
  const own: TransactWriteItem[] = [];
  let isOpen = true;
  const requireOpen = (): void => {
    if (!isOpen) throw new DynamodbStoreError('transaction-closed', 'The transaction has ended.');
  };
  const transaction: StoreTransaction<DynamodbTransaction> = {
    native: createDynamodbTransaction(client, own, requireOpen),
    claim: async (claims) => {
      requireOpen();
      return makeClaims(items, claims, clock.now(), settings);
    },
    complete: async (completions) => {
      requireOpen();
      await completeClaims(items, completions, clock.now(), settings);
    },
    enqueue: async (drafts) => {
      requireOpen();
      await enqueueDrafts(items, drafts, { buckets, epoch, nextRowId, createdAtMs: clock.now() });
    },
    changeDeadLetters: async (changes) => {
      requireOpen();
      await changeDeadLetters(items, changes, buckets);
    },
  };
  return {
    transaction,
    commit: async () => {
      isOpen = false;
      const id = settings.newId();
      await commitWrites(client, clock, id, [...items.toWrites(table, id), ...own]);
    },
    close: () => {
      isOpen = false;
    },
  };
}
