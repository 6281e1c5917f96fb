import type { StoreDriver } from '@waybill/core/driver';
import { z } from 'zod';
import { checkOptions } from '../check-options.ts';
import { plainOptions } from '../plain-options.ts';
import { postgresStore } from '../postgres-store.ts';
import { storeSchema } from '../store-shape.ts';
import { folderSchema } from './folder-shape.ts';
import { pgliteDatabase } from './pglite-database.ts';

const configSchema = z.strictObject({ ...storeSchema, folder: folderSchema });

/**
 * An embedded store from plain configuration data: `folder`, and the options of `postgresStore` but for functions.
 * @throws PostgresStoreError `illegal-options`, naming every problem with its path
 */
export function storeFromConfig(config: unknown): StoreDriver {
  const { folder, ...rest } = checkOptions('store "pglite"', configSchema, plainOptions(config));
  return postgresStore({ database: pgliteDatabase(folder === undefined ? {} : { folder }), ...rest });
}
