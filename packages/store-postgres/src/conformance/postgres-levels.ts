import { declareLevel, storePropertiesOf } from '@waybill/conformance';
import type { StoreHarness } from '@waybill/conformance';

type Levels = StoreHarness['levels'];

const volatileIds = ['DUR-1', 'DUR-2', 'DUR-3'] as const;

/** What the store says of each property on a server. */
export const postgresLevels: Levels = {
  ...declareLevel('native', 'a unique index, in the transaction of the effect', storePropertiesOf('INB')),
  ...declareLevel(
    'native',
    'one conditional update per key, in the transaction of the effect',
    storePropertiesOf('SEQ'),
  ),
  ...declareLevel('native', 'a lock on the key until the end of the transaction', storePropertiesOf('KEY')),
  ...declareLevel(
    'native',
    'counters and rows in one statement, which hold the key until the commit',
    storePropertiesOf('OBX'),
  ),
  ...declareLevel('native', "a row per bucket, by the server's clock", storePropertiesOf('REL')),
  ...declareLevel(
    'native',
    "a table by time, by the server's clock; due rows are deleted, numbered and written to the outbox in one statement",
    storePropertiesOf('SCH'),
  ),
  ...declareLevel('native', 'rows and row locks', storePropertiesOf('DLQ')),
  ...declareLevel('native', 'READ COMMITTED, and the commit is looked at', storePropertiesOf('TXN')),
  ...declareLevel('native', 'the write-ahead log, synchronous_commit on', storePropertiesOf('DUR')),
  ...declareLevel('native', 'long texts are compared by their digest', storePropertiesOf('LIM')),
};

/** The same SQL embedded, in a folder. */
export const pgliteFolderLevels: Levels = {
  ...postgresLevels,
  ...declareLevel('native', 'one connection: one transaction after the other', storePropertiesOf('TXN')),
  ...declareLevel(
    'native',
    'the write-ahead log in the folder: it outlives its process, and a loss of power only by luck',
    storePropertiesOf('DUR'),
  ),
};

/** The same SQL embedded, without a folder. */
export const pgliteLevels: Levels = {
  ...pgliteFolderLevels,
  ...declareLevel('native', 'the write-ahead log, synchronous_commit on', ['DUR-4']),
  ...declareLevel('unsupported', 'without a folder the database ends with its process', volatileIds),
};
