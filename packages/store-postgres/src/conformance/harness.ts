import type { OpenStoreHarness, StoreDatabase, StoreHarness } from '@waybill/conformance';
import { startBroker } from '@waybill/conformance/brokers';
import type { Broker } from '@waybill/conformance/brokers';
import type { StoreDriver } from '@waybill/core/driver';
import { Pool } from 'pg';
import { pgDatabase } from '../pg/pg-database.ts';
import { postgresStore } from '../postgres-store.ts';
import { createEffects } from './effects.ts';
import { postgresLevels } from './postgres-levels.ts';

/** One server for all cases; the database of each is a schema of its own, whose sessions have its name. */
export const openStoreHarness: OpenStoreHarness = async () => {
  const broker = await startBroker('postgres');
  const admin = new Pool({ connectionString: broker.address, max: 4 });
  // A server that is killed on purpose takes idle connections with it.
  admin.on('error', () => undefined);
  const schemas = new WeakMap<StoreDatabase, string>();
  const sessions = new WeakMap<StoreDriver, string>();
  // A server of somebody else may have schemas of a run before.
  const { rows } = await admin.query<{ readonly run: string }>(
    'select to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint) as run',
  );
  const run = rows[0]?.run ?? '';
  let databases = 0;

  const createDatabase = async (): Promise<StoreDatabase> => {
    databases += 1;
    const schema = `wb_${run}_${databases}`;
    await admin.query(`create schema ${schema}`);
    const effects = await createEffects((text, values) => admin.query(text, values && [...values]), schema);
    let stores = 0;
    const database: StoreDatabase = {
      ...effects,
      open: async () => {
        stores += 1;
        const applicationName = `${schema}.${stores}`;
        const store = postgresStore({
          database: pgDatabase({ url: broker.address, connectionsMax: 4, applicationName, listenUrl: 'off' }),
          schema,
        });
        sessions.set(store, applicationName);
        return store;
      },
    };
    schemas.set(database, schema);
    return database;
  };

  const terminate = async (applicationNames: string): Promise<number> => {
    const text =
      'select count(pg_terminate_backend(pid, 5000))::int as count from pg_stat_activity where application_name like $1';
    const { rows: counts } = await admin.query<{ readonly count: number }>(text, [applicationNames]);
    return counts[0]?.count ?? 0;
  };

  const harness: StoreHarness = {
    store: 'postgres',
    product: broker.product,
    version: broker.version,
    startedBy: broker.startedBy,
    levels: postgresLevels,
    timing: { leaseMs: 500, settleMs: 150, patienceMs: 15_000 },
    createDatabase,
    faults: {
      ...serverFaults(broker),
      cutConnections: (database) => terminate(`${schemas.get(database)}.%`),
      // To the server it is the same: its sessions are gone and nothing was finished.
      abandon: async (store) => void (await terminate(sessions.get(store) ?? '')),
    },
    stop: async () => {
      await admin.end();
      await broker.stop();
    },
  };
  return harness;
};

/** What only he may do to a server who started it. */
function serverFaults(broker: Broker): Pick<StoreHarness['faults'], 'killServer' | 'pauseServer'> {
  if (broker.startedBy === 'environment') return {};
  return {
    killServer: async () => {
      await broker.kill9();
      await broker.restart();
    },
    pauseServer: async () => {
      await broker.pause();
      return () => broker.resume();
    },
  };
}
