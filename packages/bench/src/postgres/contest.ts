import { findBroker } from '@waybill/conformance/brokers';
import { pgDatabase, postgresStore } from '@waybill/store-postgres';
import type { PgDatabaseOptions, PgTransactionClient, PostgresStore, SqlTransaction } from '@waybill/store-postgres';
import { Pool } from 'pg';
import type { Measurement } from '../measurement.ts';

/** As a server is set up for a service: with the defaults a checkpoint every few seconds is most of what would be measured. */
const serverOfAService = { shared_buffers: '2GB', max_wal_size: '8GB' };

/** What both sides of every contest have. */
export const connections = 8;
export const keys = 1000;

export type BenchStore = PostgresStore<SqlTransaction<PgTransactionClient>>;

export interface PostgresContest {
  /** Of the server, credentials included. */
  readonly url: string;
  /** As many connections as the store has for handlers, for what is written by hand. */
  readonly pool: Pool;
  /** As a service would open it, but without waiting for others' wake-ups. */
  readonly store: BenchStore;
  /** Opens another one on the same tables. Closed with the contest. */
  readonly openStore: (options?: Pick<PgDatabaseOptions, 'preparedStatements'>) => BenchStore;
}

/** Runs a contest on a server of its own and ends that. Without one it prints why, and measures nothing. */
export async function onPostgres(
  subject: string,
  contest: (setting: PostgresContest) => Promise<readonly Measurement[]>,
): Promise<readonly Measurement[]> {
  const broker = await findBroker('postgres', subject, { configuration: serverOfAService });
  if (broker === undefined) return [];
  const url = broker.address;
  const pool = new Pool({ connectionString: url, max: connections });
  // A connection that is lost when the server ends is nobody's failure.
  pool.on('error', () => undefined);
  const stores: BenchStore[] = [];
  const openStore: PostgresContest['openStore'] = (options = {}) => {
    const database = pgDatabase({ url, connectionsMax: connections, listenUrl: 'off', ...options });
    const store = postgresStore({ database });
    stores.push(store);
    return store;
  };
  try {
    console.log(`  on ${broker.product} ${broker.version}, ${broker.startedBy}`);
    const store = openStore();
    await store.open();
    return await contest({ url, pool, store, openStore });
  } finally {
    await Promise.all(stores.map((store) => store.close()));
    await pool.end();
    await broker.stop();
  }
}
