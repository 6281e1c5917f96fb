import type { OpenStoreHarness, StoreHarness } from '@waybill/conformance';
import { pgliteDatabase } from '../pglite/pglite-database.ts';
import { postgresStore } from '../postgres-store.ts';
import type { Database } from '../sql/database.ts';
import { createEffects } from './effects.ts';
import { pgliteLevels } from './postgres-levels.ts';

/** As many embedded databases as there are cases at once, because one that is in a transaction lets nobody else in; a schema for each case. */
export const openStoreHarness: OpenStoreHarness = async () => {
  const all: Database[] = [];
  const free: Database[] = [];
  let schemas = 0;

  const take = (): Database => {
    const known = free.pop();
    if (known !== undefined) return known;
    const created = pgliteDatabase();
    all.push(created);
    return created;
  };

  const first = take();
  const { rows } = await first.query('show server_version');
  free.push(first);
  const harness: StoreHarness = {
    store: 'pglite',
    product: 'PGlite, PostgreSQL',
    version: String(rows[0]?.['server_version']),
    startedBy: 'in-process',
    levels: pgliteLevels,
    timing: { leaseMs: 500, settleMs: 60, patienceMs: 10_000 },
    createDatabase: async () => {
      const database = take();
      schemas += 1;
      const schema = `wb_${schemas}`;
      await database.query(`create schema ${schema}`);
      const effects = await createEffects(database.query, schema);
      // Every store closes its database, and this one has several.
      const shared: Database = { ...database, close: async () => undefined };
      return {
        ...effects,
        open: async () => postgresStore({ database: shared, schema }),
        drop: async () => {
          await effects.drop();
          free.push(database);
        },
      };
    },
    faults: {},
    absent: {
      killServer: 'the database is in this process and ends with it',
      pauseServer: 'the database is in this process and freezes with it',
      cutConnections: 'there is no connection',
      abandon: 'the database ends with the process that has it open',
    },
    stop: async () => {
      for (const database of all) await database.close();
    },
  };
  return harness;
};
