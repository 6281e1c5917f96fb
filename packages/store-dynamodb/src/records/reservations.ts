import { DynamodbStoreError } from '../dynamodb-error.ts';
import type { DynamodbTransaction } from '../transaction/dynamodb-transaction.ts';
import { recordKeys } from './record-keys.ts';
import { requireKey } from './record-options.ts';
import { stockItems } from './stock-items.ts';

/** How many of one article. */
export interface StockLine {
  readonly sku: string;
  /** A whole number from 1. */
  readonly quantity: number;
}

export type ReserveOutcome =
  | { readonly status: 'reserved' }
  /** By an earlier delivery of the same order. */
  | { readonly status: 'known' }
  /** The order holds other quantities, or some of the articles only. */
  | { readonly status: 'conflict' }
  | { readonly status: 'insufficient'; readonly missing: readonly StockLine[] };

/**
 * Stock that is promised to orders, one item per article and order. Everything goes into the transaction that is given, and comes about with it
 * or not at all; the stock is never below nothing, whoever reads what at the same time. Two items per line: up to 49 lines.
 */
export interface Reservations {
  /** Takes in a delivery of goods, once per `deliveryId`. Answers whether it is the first time. */
  readonly restock: (transaction: DynamodbTransaction, deliveryId: string, line: StockLine) => Promise<boolean>;
  /** All lines or none. */
  readonly reserve: (
    transaction: DynamodbTransaction,
    orderId: string,
    lines: readonly StockLine[],
  ) => Promise<ReserveOutcome>;
  /** Gives back what the order still holds of these articles. Answers what that was. */
  readonly release: (
    transaction: DynamodbTransaction,
    orderId: string,
    skus: readonly string[],
  ) => Promise<readonly StockLine[]>;
  readonly available: (transaction: DynamodbTransaction, sku: string) => Promise<number>;
}

export interface ReservationOptions {
  readonly table: string;
}

/** Reservations in one table, which may be the store's. */
export function reservations({ table }: ReservationOptions): Reservations {
  const { availableOf, heldOf, isThere, create, add, take, drop } = stockItems(table);
  return {
    available: availableOf,
    restock: async (transaction, deliveryId, line) => {
      requireLines([line]);
      const key = recordKeys.delivery(line.sku, requireKey(deliveryId, 'delivery'));
      if (await isThere(transaction, key)) return false;
      create(transaction, key, line.quantity);
      add(transaction, line);
      return true;
    },
    reserve: async (transaction, orderId, lines) => {
      requireLines(lines);
      requireKey(orderId, 'order');
      const held = await Promise.all(lines.map(({ sku }) => heldOf(transaction, sku, orderId)));
      if (lines.every(({ quantity }, index) => held[index] === quantity)) return { status: 'known' };
      if (held.some((quantity) => quantity > 0)) return { status: 'conflict' };
      const available = await Promise.all(lines.map(({ sku }) => availableOf(transaction, sku)));
      const missing = lines.flatMap(({ sku, quantity }, index) => {
        const short = quantity - (available[index] ?? 0);
        return short > 0 ? [{ sku, quantity: short }] : [];
      });
      if (missing.length > 0) return { status: 'insufficient', missing };
      for (const line of lines) {
        create(transaction, recordKeys.reservation(line.sku, orderId), line.quantity);
        take(transaction, line);
      }
      return { status: 'reserved' };
    },
    release: async (transaction, orderId, skus) => {
      requireKey(orderId, 'order');
      const held = await Promise.all(
        [...new Set(skus)].map(async (sku) => ({
          sku,
          quantity: await heldOf(transaction, sku, orderId),
        })),
      );
      const lines = held.filter(({ quantity }) => quantity > 0);
      for (const line of lines) {
        drop(transaction, orderId, line);
        add(transaction, line);
      }
      return lines;
    },
  };
}

/** @throws DynamodbStoreError `missing-key`, `illegal-value` */
function requireLines(lines: readonly StockLine[]): void {
  for (const { sku, quantity } of lines) {
    requireKey(sku, 'article');
    if (Number.isSafeInteger(quantity) && quantity > 0) continue;
    throw new DynamodbStoreError('illegal-value', `The quantity of ${sku} is no whole number from 1.`);
  }
  if (lines.length > 0 && new Set(lines.map(({ sku }) => sku)).size === lines.length) return;
  throw new DynamodbStoreError('illegal-value', 'An order names each of its articles once, and one at least.');
}
