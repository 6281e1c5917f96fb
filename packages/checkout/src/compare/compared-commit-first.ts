import { systemNewId } from '@waybill/core';
import type { Architecture } from '../architectures/architecture.ts';
import { commitFirst } from '../architectures/commit-first.ts';
import { describeDatabase, openDatabase } from '../orders/open-database.ts';
import { openMemoryOrderBook } from '../orders/open-memory-order-book.ts';
import { passingOrderBooks } from '../orders/passing-order-books.ts';
import type { CompareOptions } from './parse-compare-options.ts';

export interface ComparedCommitFirstOptions extends Pick<CompareOptions, 'orders'> {
  /** `undefined` or empty: no server. */
  readonly databaseUrl: string | undefined;
}

export interface ComparedCommitFirst {
  readonly commitFirst: Architecture;
  /** After the comparison. */
  readonly close: () => Promise<void>;
}

/** Commit first on what the comparison was told to keep its orders in. @throws `invalid-options` */
export function comparedCommitFirst({ orders, databaseUrl: url }: ComparedCommitFirstOptions): ComparedCommitFirst {
  const isInMemory = orders === 'memory' && (url === undefined || url === '');
  if (isInMemory) {
    const architecture = commitFirst({ openOrders: openMemoryOrderBook, database: 'the memory store' });
    return { commitFirst: architecture, close: async () => {} };
  }
  const database = openDatabase({ url });
  const openOrders = passingOrderBooks(database, systemNewId);
  // Twice as fast, the embedded one needs all that a processor has, and buyers wait for that.
  const isServer = database.kind === 'server';
  const limit = isServer ? {} : { timeScaleMax: 10 };
  const pace = isServer ? '' : ', at no more than 10 times the speed of life';
  const architecture = commitFirst({ openOrders, database: `${describeDatabase(database)}${pace}`, ...limit });
  return { commitFirst: architecture, close: database.close };
}
