import type { PGliteOptions } from '@electric-sql/pglite';
import { z } from 'zod';
import { checkOptions } from '../check-options.ts';
import { folderSchema } from './folder-shape.ts';

export interface PgliteDatabaseOptions {
  /** Where the database lies; it belongs to this process alone. Default: in memory, lost with the process. */
  readonly folder?: string;
  /** Anything else that PGlite takes, for example its extensions. */
  readonly pglite?: Omit<PGliteOptions, 'dataDir' | 'parsers'>;
}

const schema = z.strictObject({
  folder: folderSchema,
  pglite: z.looseObject({}).optional(),
});

/** @throws PostgresStoreError `illegal-options`, naming every problem with its path */
export function checkPgliteOptions(options: PgliteDatabaseOptions): void {
  checkOptions('pgliteDatabase', schema, options);
}
