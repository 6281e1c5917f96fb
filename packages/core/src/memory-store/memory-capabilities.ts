import type { StoreCapabilities } from '../driver/index.ts';
import { bucketCount } from './memory-store-state.ts';

const source = 'packages/core/src/memory-store and its tests';

export const memoryCapabilities: StoreCapabilities = {
  durability: { level: 'unsupported', source },
  transactions: { level: 'native', source },
  claims: { level: 'native', source, batchMax: Infinity },
  sequences: { level: 'native', source },
  outbox: { level: 'native', source, buckets: bucketCount, readMax: 10_000 },
  deadLetters: { level: 'native', source, pageMax: 10_000 },
  keys: { level: 'native', source, keyBytesMax: Infinity },
};
