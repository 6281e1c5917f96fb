import type { StoreCapabilities } from '@waybill/core/driver';

const transactions = 'TransactWriteItems with conditions on the versions that were read';
const tests = 'packages/store-dynamodb/src and its tests';

/** What the store can do; the README says what each is made of and what it costs. */
export function dynamodbCapabilities(buckets: number): StoreCapabilities {
  return {
    durability: { level: 'native', source: 'AWS: a write is answered when two of three zones have it on disk' },
    transactions: { level: 'native', source: `${transactions}; at most 100 items and 4 MB` },
    // A claim is an item of the hundred that a transaction may have.
    claims: { level: 'emulated', source: `${transactions}; leases by the clocks of the instances`, batchMax: 50 },
    sequences: { level: 'emulated', source: `${transactions}: one item per key holds its last number` },
    outbox: {
      level: 'emulated',
      source: `one partition per bucket, read from its start; deletes hold the bucket's token (${tests})`,
      buckets,
      readMax: 1000,
    },
    // Each read would be one query more, of a partition by time that all writers share, and each move a transaction of 100 items at most.
    scheduling: { level: 'unsupported', source: 'packages/store-dynamodb/README.md, limits', delayMsMax: 0 },
    deadLetters: { level: 'emulated', source: `one partition by position (${tests})`, pageMax: 100 },
    // Longer texts than the key of an item may have are kept there by their digest.
    keys: { level: 'native', source: tests, keyBytesMax: Infinity },
  };
}
