import type { StoreDriver } from '@waybill/core/driver';
import { z } from 'zod';
import { checkOptions } from './check-options.ts';
import { pgDatabase } from './pg/pg-database.ts';
import type { PgDatabaseOptions } from './pg/pg-options.ts';
import { pgSchema } from './pg/pg-shape.ts';
import { plainOptions } from './plain-options.ts';
import { postgresStore } from './postgres-store.ts';
import { storeSchema } from './store-shape.ts';

const configSchema = z.strictObject({ ...storeSchema, ...pgSchema });

/**
 * A store on a server from plain configuration data: the options of `postgresStore` and of `pgDatabase` side by side, but for functions.
 * Numbers and truth values may be text, as the environment has them.
 * @throws PostgresStoreError `illegal-options`, naming every problem with its path
 */
export function storeFromConfig(config: unknown): StoreDriver {
  const { schema, migrations, buckets, notify, ...rest } = checkOptions(
    'store "postgres"',
    configSchema,
    plainOptions(config),
  );
  // Checked above; an option that is there and says nothing is one that is not there.
  const database = pgDatabase(rest as PgDatabaseOptions);
  return postgresStore({ database, schema, migrations, buckets, notify });
}
