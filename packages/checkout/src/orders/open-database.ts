import { pgDatabase } from '@waybill/store-postgres';
import type { Database } from '@waybill/store-postgres';
import { pgliteDatabase } from '@waybill/store-postgres/pglite';
import { CheckoutError } from '../errors/checkout-error.ts';

export interface OpenDatabaseOptions {
  /** A server, as `postgres://…`. `undefined` or empty: PostgreSQL inside this process. */
  readonly url: string | undefined;
  /** Where the embedded one keeps its files. Default: nowhere, in memory. */
  readonly folder?: string;
}

/** Where orders are kept. It connects, or takes its folder, when it is first used. @throws `invalid-options` */
export function openDatabase({ url, folder }: OpenDatabaseOptions): Database {
  if (url === undefined || url === '') return pgliteDatabase(folder === undefined ? {} : { folder });
  if (!/^postgres(?:ql)?:\/\//u.test(url) || !URL.canParse(url)) {
    // Without the address, which may hold a password.
    throw new CheckoutError({ code: 'invalid-options', message: 'DATABASE_URL: must be a postgres:// URL.' });
  }
  return pgDatabase({ url, applicationName: 'waybill-checkout' });
}

const databaseTitles: Readonly<Record<Database['kind'], string>> = {
  memory: 'PostgreSQL in this process (PGlite), in memory',
  folder: 'PostgreSQL in this process (PGlite), in files',
  server: 'a PostgreSQL server',
};

/** What a reader is told of it. */
export function describeDatabase({ kind }: Pick<Database, 'kind'>): string {
  return databaseTitles[kind];
}
