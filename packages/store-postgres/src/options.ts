import { z } from 'zod';
import { checkOptions } from './check-options.ts';
import type { Database } from './sql/database.ts';
import type { RunTransaction } from './sql/transaction-runner.ts';
import { storeSchema } from './store-shape.ts';

export interface PostgresStoreOptions<Client = unknown> {
  /** `pgDatabase(…)` or `pgliteDatabase(…)`. The store closes it. */
  readonly database: Database<Client>;
  /** Where the store's tables lie. Default `waybill`. */
  readonly schema?: string;
  /**
   * `apply` (default) brings the schema up to date when the store is first used; `verify` refuses any other version than that of the code;
   * `off` does not look.
   */
  readonly migrations?: 'apply' | 'verify' | 'off';
  /** How many parts the relays share the keys in, fixed by the first migration. Default 64. */
  readonly buckets?: number;
  /**
   * Wakes relays in other processes: commits that write messages are told to them by NOTIFY, after the commit and at most every 20 ms, and
   * each store with a relay holds a connection that listens. Default true; false: relays of other processes find them by their poll.
   */
  readonly notify?: boolean;
}

/** Lets handlers work in the transactions of another library. */
export interface ForeignTransactions<Native> {
  readonly transactions: RunTransaction<Native>;
}

/** Options with every default filled in. */
export interface PostgresStoreSettings {
  readonly database: Database;
  readonly schema: string;
  readonly migrations: 'apply' | 'verify' | 'off';
  readonly buckets: number;
  readonly notify: boolean;
  readonly transactions: RunTransaction<unknown> | undefined;
}

const isDatabase = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'transaction' in value && 'kind' in value;

const schema = z.strictObject({
  ...storeSchema,
  database: z.custom<Database>(isDatabase, 'must be what pgDatabase or pgliteDatabase has made'),
  transactions: z
    .custom<RunTransaction<unknown>>((value) => typeof value === 'function', 'must be a function')
    .optional(),
});

/** @throws PostgresStoreError `illegal-options`, naming every problem with its path */
export function readStoreOptions(options: unknown): PostgresStoreSettings {
  const { transactions, ...rest } = checkOptions('postgresStore', schema, options);
  return { ...rest, transactions };
}
