import { declareLevel, storePropertyIds } from '@waybill/conformance';
import type { StoreHarness } from '@waybill/conformance';

type Levels = StoreHarness['levels'];

const volatileIds = ['DUR-1', 'DUR-2', 'DUR-3'] as const;

/** What the store says of each property on a server. */
export const postgresLevels: Levels = declareLevel(
  'native',
  'rows and row locks in the transaction of the effect, READ COMMITTED',
  storePropertyIds,
);

/** The same SQL embedded, without a folder. */
export const pgliteLevels: Levels = {
  ...declareLevel('native', 'the same SQL on one connection, one transaction after the other', storePropertyIds),
  ...declareLevel('unsupported', 'without a folder the database ends with its process', volatileIds),
};
