import type { OpenStoreHarness, StoreHarness } from '@waybill/conformance';
import type { StoreDriver } from '@waybill/core/driver';
import { postgresStore } from '../postgres-store.ts';
import { createEffects } from './effects.ts';
import { createFolderSeat } from './folder-seat.ts';
import type { FolderSeat } from './folder-seat.ts';
import { pgliteFolderLevels } from './postgres-levels.ts';

/**
 * Embedded databases in folders, each open in a process of its own, so that this one lives on when that one is killed. As many as there are
 * cases at once, because one that is in a transaction lets nobody else in; a schema for each case.
 */
export const openStoreHarness: OpenStoreHarness = async () => {
  const template = await createFolderSeat();
  const { rows } = await template.query('show server_version');
  await template.close();
  const all: FolderSeat[] = [];
  const free: FolderSeat[] = [];
  const seats = new WeakMap<StoreDriver, FolderSeat>();
  let schemas = 0;

  const take = async (): Promise<FolderSeat> => {
    const known = free.pop();
    if (known !== undefined) return known;
    const created = await createFolderSeat(template.folder);
    all.push(created);
    return created;
  };

  const harness: StoreHarness = {
    store: 'pglite-folder',
    product: 'PGlite in a folder, PostgreSQL',
    version: String(rows[0]?.['server_version']),
    startedBy: 'in-process',
    levels: pgliteFolderLevels,
    timing: { leaseMs: 500, settleMs: 100, patienceMs: 20_000 },
    createDatabase: async () => {
      const seat = await take();
      schemas += 1;
      const schema = `wb_${schemas}`;
      await seat.query(`create schema ${schema}`);
      const effects = await createEffects(seat.query, schema);
      return {
        ...effects,
        open: async () => {
          const store = postgresStore({ database: await seat.open(), schema });
          seats.set(store, seat);
          return store;
        },
        drop: async () => {
          await effects.drop();
          seat.giveBack();
          free.push(seat);
        },
      };
    },
    faults: {
      abandon: async (store) => seats.get(store)?.kill(),
      // The server is the process that has the folder open; whoever asks next starts it again.
      killServer: async () => {
        await Promise.all(all.map((seat) => seat.kill()));
      },
      pauseServer: async () => {
        for (const seat of all) seat.freeze();
        return async () => {
          for (const seat of all) seat.thaw();
        };
      },
    },
    absent: { cutConnections: 'there is no connection' },
    stop: async () => {
      await Promise.all([template, ...all].map((seat) => seat.remove()));
    },
  };
  return harness;
};
