import { declareLevel, storePropertiesOf } from '@waybill/conformance';
import type { StoreHarness } from '@waybill/conformance';

const versions = 'conditions on the versions that were read, at the one commit';

/** What the store says of each property. */
export const dynamodbLevels: StoreHarness['levels'] = {
  ...declareLevel('emulated', `an item per identity; ${versions}`, storePropertiesOf('INB')),
  ...declareLevel('emulated', `an item per cursor; ${versions}`, storePropertiesOf('SEQ')),
  ...declareLevel('emulated', `an item per key; ${versions}`, storePropertiesOf('KEY')),
  ...declareLevel(
    'emulated',
    `a partition per bucket and an item per numbering; ${versions}`,
    storePropertiesOf('OBX'),
  ),
  ...declareLevel('emulated', "an item per bucket, by the instances' clocks", storePropertiesOf('REL')),
  ...declareLevel(
    'unsupported',
    'nothing is kept back: a time would be an item of a partition by time, and each move a transaction of its own',
    storePropertiesOf('SCH'),
  ),
  ...declareLevel('emulated', `one partition by position; ${versions}`, storePropertiesOf('DLQ')),
  ...declareLevel('native', 'TransactWriteItems, all or none', storePropertiesOf('TXN')),
  ...declareLevel('native', 'a write is answered when it is on disk in two of three zones', storePropertiesOf('DUR')),
  ...declareLevel('native', 'long texts are compared by their digest', storePropertiesOf('LIM')),
};
