import type { StoreCapabilities } from '@waybill/core/driver';
import type { Database } from './sql/database.ts';

const source = 'packages/store-postgres and its tests on PostgreSQL and PGlite';

export function capabilities(kind: Database['kind'], buckets: number): StoreCapabilities {
  return {
    durability:
      kind === 'memory' ? { level: 'unsupported', source: 'PGlite without a folder' } : { level: 'native', source },
    transactions: { level: 'native', source },
    claims: { level: 'native', source, batchMax: 1000 },
    sequences: { level: 'native', source },
    // A row is 17 to the planner, and beyond 100,000 (`jit_above_cost`) it has the statement compiled, which takes longer than to run it.
    outbox: { level: 'native', source, buckets, readMax: 5000 },
    // A hundred years, far inside of what a timestamp holds.
    scheduling: { level: 'native', source, delayMsMax: 3_155_760_000_000 },
    deadLetters: { level: 'native', source, pageMax: 1000 },
    // A longer one is compared by its digest.
    keys: { level: 'native', source, keyBytesMax: Infinity },
  };
}
