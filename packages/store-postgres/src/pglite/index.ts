export { pgliteDatabase } from './pglite-database.ts';
export type { PgliteTransactionClient } from './pglite-database.ts';
export type { PgliteDatabaseOptions } from './pglite-options.ts';
export { storeFromConfig } from './store-from-config.ts';
