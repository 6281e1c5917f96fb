import { declareLevel, storePropertyIds } from '@waybill/conformance';
import type { StoreHarness } from '@waybill/conformance';

/** What the store says of each property. */
export const dynamodbLevels: StoreHarness['levels'] = declareLevel(
  'native',
  'one TransactWriteItems, conditional on the versions that were read',
  storePropertyIds,
);
