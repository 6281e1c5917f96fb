import { PostgresStoreError } from '../postgres-error.ts';
import { quoteSchema } from '../schema/quote-schema.ts';
import { schemaDefaults } from '../schema/schema-options.ts';
import { indexedText } from '../sql/indexed-text.ts';
import type { SqlQuery, SqlRow } from '../sql/sql-query.ts';
import { reservationStatements } from './reservation-statements.ts';

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

/** Of the store, or of whatever library runs the transaction. */
export interface ReservingTransaction {
  readonly query: SqlQuery;
}

/**
 * Stock that is promised to orders, one row per article and order, in the transaction that is given: it comes about with it or not at all. An
 * article is locked until the end of that transaction, so stock is never below nothing, whoever asks at the same time; the articles of a call
 * are locked in their order, so that two orders never wait for each other. Name all articles of an order in one call.
 */
export interface Reservations {
  /** Takes in a delivery of goods, once per `deliveryId` and article. Answers whether it is the first time. */
  readonly restock: (transaction: ReservingTransaction, deliveryId: string, line: StockLine) => Promise<boolean>;
  /** All lines or none, until they are confirmed or released, or their time is over. */
  readonly reserve: (
    transaction: ReservingTransaction,
    orderId: string,
    lines: readonly StockLine[],
  ) => Promise<ReserveOutcome>;
  /** Makes the order's reservations of these articles last. `false`: some are over or never were, and nothing was changed. */
  readonly confirm: (transaction: ReservingTransaction, orderId: string, skus: readonly string[]) => Promise<boolean>;
  /** Gives back what the order still holds of these articles, confirmed or not. Answers what that was. */
  readonly release: (
    transaction: ReservingTransaction,
    orderId: string,
    skus: readonly string[],
  ) => Promise<readonly StockLine[]>;
  /** A look that holds nothing. */
  readonly available: (transaction: ReservingTransaction, sku: string) => Promise<number>;
}

export interface ReservationOptions {
  /** The schema of the store, whose migrations make the tables. Default `waybill`. */
  readonly schema?: string;
  /**
   * How long a reservation lasts that nobody confirms, by the server's clock; what is over goes back with the next call that asks for the
   * article, so no timer is needed. Default: for ever.
   */
  readonly holdMs?: number;
}

/** @throws PostgresStoreError `illegal-options` */
export function reservations(options: ReservationOptions = {}): Reservations {
  const { schema = schemaDefaults.schema, holdMs = Infinity } = options;
  if (!(holdMs > 0)) throw new PostgresStoreError('illegal-options', 'holdMs must be above 0.');
  const statements = reservationStatements(quoteSchema(schema));
  const hold = Number.isFinite(holdMs) ? String(holdMs) : null;

  /** The next statement sees all that was committed while this one waited. Answers which articles there are, by number. */
  const holdStock = async ({ query }: ReservingTransaction, skus: readonly string[]): Promise<ReadonlySet<number>> => {
    const { rows } = await query(statements.hold, [recordsOf(skus)]);
    return new Set(rows.map(({ n }) => Number(n)));
  };

  return {
    restock: async ({ query }, deliveryId, line) => {
      requireLines([line]);
      const values = [indexedText(line.sku), nameOf(deliveryId, 'delivery'), String(line.quantity)];
      return (await query(statements.restock, values)).rows.length > 0;
    },
    reserve: async (transaction, orderId, lines) => {
      requireLines(lines);
      const order = nameOf(orderId, 'order');
      const held = await holdStock(
        transaction,
        lines.map(({ sku }) => sku),
      );
      const asked = lines.map(({ sku, quantity }, n) => ({ n, sku: indexedText(sku), quantity, is_held: held.has(n) }));
      const { rows } = await transaction.query(statements.reserve, [order, JSON.stringify(asked), hold]);
      return outcomeOf(lines, rows);
    },
    confirm: async (transaction, orderId, skus) => {
      const order = nameOf(orderId, 'order');
      const articles = [...new Set(skus)];
      await holdStock(transaction, articles);
      const { rows } = await transaction.query(statements.confirm, [order, recordsOf(articles)]);
      return Number(rows[0]?.['count']) === articles.length;
    },
    release: async (transaction, orderId, skus) => {
      const order = nameOf(orderId, 'order');
      const articles = [...new Set(skus)];
      await holdStock(transaction, articles);
      const { rows } = await transaction.query(statements.release, [order, recordsOf(articles)]);
      return rows.map(({ n, quantity }) => ({ sku: articles[Number(n)] ?? '', quantity: Number(quantity) }));
    },
    available: async ({ query }, sku) => {
      const { rows } = await query(statements.available, [indexedText(sku)]);
      return Number(rows[0]?.['available']);
    },
  };
}

const recordsOf = (skus: readonly string[]): string =>
  JSON.stringify(skus.map((sku, n) => ({ n, sku: indexedText(sku) })));

function outcomeOf(lines: readonly StockLine[], rows: readonly SqlRow[]): ReserveOutcome {
  const statuses = new Set(rows.map(({ status }) => status));
  if (statuses.has('reserved')) return { status: 'reserved' };
  if (statuses.size === 1 && statuses.has('known')) return { status: 'known' };
  if (statuses.has('known') || statuses.has('other')) return { status: 'conflict' };
  const missing = rows.flatMap(({ n, short }) => {
    const line = lines[Number(n)];
    return line === undefined || Number(short) === 0 ? [] : [{ sku: line.sku, quantity: Number(short) }];
  });
  return { status: 'insufficient', missing };
}

/** @throws PostgresStoreError `illegal-value` */
function requireLines(lines: readonly StockLine[]): void {
  for (const { sku, quantity } of lines) {
    nameOf(sku, 'article');
    if (Number.isSafeInteger(quantity) && quantity > 0) continue;
    throw new PostgresStoreError('illegal-value', 'The quantity of an article is no whole number from 1.');
  }
  if (lines.length > 0 && new Set(lines.map(({ sku }) => sku)).size === lines.length) return;
  throw new PostgresStoreError('illegal-value', 'An order names each of its articles once, and one at least.');
}

/** @throws PostgresStoreError `illegal-value` */
function nameOf(name: string, subject: string): string {
  if (typeof name === 'string' && name !== '') return indexedText(name);
  throw new PostgresStoreError('illegal-value', `The name of the ${subject} is missing; nothing was done.`);
}
