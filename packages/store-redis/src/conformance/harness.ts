import type { OpenStoreHarness, StoreHarness } from '@waybill/conformance';
import { startBroker } from '@waybill/conformance/brokers';
import { Redis } from 'ioredis';
import { redisConnection } from '../connection/redis-connection.ts';
import { filterAsStore } from './filter-as-store.ts';
import { redisLevels } from './redis-levels.ts';

/** One server for all cases, and a prefix of keys for each. */
export const openStoreHarness: OpenStoreHarness = async () => {
  const broker = await startBroker('redis');
  const admin = new Redis(broker.address);
  let databases = 0;
  const harness: StoreHarness = {
    store: 'redis',
    product: `${broker.product}, the request filter`,
    version: broker.version,
    startedBy: broker.startedBy,
    levels: redisLevels,
    timing: { leaseMs: 400, settleMs: 50, patienceMs: 10_000 },
    createDatabase: async () => {
      databases += 1;
      const keyPrefix = `wb-${process.pid}-${process.hrtime.bigint()}-${databases}`;
      const effects = `${keyPrefix}:effects`;
      return {
        open: async () => filterAsStore(redisConnection({ url: broker.address, keyPrefix, commandTimeoutMs: 10_000 })),
        // Redis has no transaction that a handler could write in.
        writeRow: async (_, id) => {
          if ((await admin.sadd(effects, id)) === 0) throw new Error(`There is an effect ${id}.`);
        },
        rows: () => admin.smembers(effects),
        drop: async () => {
          await admin.unlink(effects);
        },
      };
    },
    faults: {},
    stop: async () => {
      admin.disconnect();
      await broker.stop();
    },
  };
  return harness;
};
