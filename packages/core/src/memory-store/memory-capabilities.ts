import type { StoreCapabilities } from '../driver/index.ts';

const source = 'packages/core/src/memory-store and its tests';

export function memoryCapabilities(buckets: number): StoreCapabilities {
  return {
    durability: { level: 'unsupported', source: 'maps in the memory of the process' },
    transactions: { level: 'native', source },
    claims: { level: 'native', source, batchMax: Infinity },
    sequences: { level: 'native', source },
    // A page is put together in one go, so its size is the longest that the process is held up.
    outbox: { level: 'native', source, buckets, readMax: 10_000 },
    scheduling: { level: 'native', source, delayMsMax: Infinity },
    deadLetters: { level: 'native', source, pageMax: 1000 },
    keys: { level: 'native', source, keyBytesMax: Infinity },
  };
}
