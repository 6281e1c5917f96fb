import { PGlite } from '@electric-sql/pglite';
import { lockFolder } from './folder-lock.ts';
import type { PgliteDatabaseOptions } from './pglite-options.ts';

export interface OpenPglite {
  readonly pglite: PGlite;
  readonly close: () => Promise<void>;
}

/** Types by their number in `pg_type`, as `pg` reads them: whole numbers beyond 2^53 are text, bytes a Buffer. */
const parsers = {
  20: (text: string): string => text,
  17: (text: string): Buffer => Buffer.from(text.slice(2), 'hex'),
};

/** Opens the database, and its folder only for this process. */
export async function openPglite({ folder, pglite: more }: PgliteDatabaseOptions): Promise<OpenPglite> {
  if (folder === undefined) {
    const pglite = await PGlite.create({ ...more, parsers });
    return { pglite, close: () => pglite.close() };
  }
  const unlock = await lockFolder(folder);
  try {
    const pglite = await PGlite.create({ ...more, parsers, dataDir: folder });
    return {
      pglite,
      close: async () => {
        await pglite.close();
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}
