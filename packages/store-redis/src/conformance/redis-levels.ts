import { declareLevel, storePropertiesOf, storePropertyIds } from '@waybill/conformance';
import type { StoreHarness } from '@waybill/conformance';

const filter = 'a filter: it keeps repeats away, and what it forgets costs a second delivery';
const outside = 'a claim stands outside of every transaction, so a handler cannot have `effect: once` of it';

/** What the request filter says of each property. */
export const redisLevels: StoreHarness['levels'] = {
  ...declareLevel('unsupported', filter, storePropertyIds),
  ...declareLevel('native', 'SET NX GET: one command claims and answers', storePropertiesOf('INB')),
  ...declareLevel('unsupported', outside, ['INB-8', 'INB-15', ...storePropertiesOf('TXN')]),
  ...declareLevel('native', 'long keys are kept as their digest; claims go one by one', ['LIM-1', 'LIM-2']),
};
