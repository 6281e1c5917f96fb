export { pgliteDatabase } from './pglite-database.ts';
export type { PgliteTransactionClient } from './pglite-database.ts';
export type { PgliteDatabaseOptions } from './pglite-options.ts';
