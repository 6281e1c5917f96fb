import { declareLevel } from '../../harness/property-level.ts';
import type { StoreHarness } from '../harness/store-harness.ts';
import { storePropertyIds } from '../properties/store-properties.ts';
import type { StorePropertyId } from '../properties/store-properties.ts';

const lost = 'what the store keeps ends with its process';

const volatile = ['DUR-1', 'DUR-2', 'DUR-3'] as const satisfies readonly StorePropertyId[];

/** What the memory store says of each property. */
export const memoryStoreLevels: StoreHarness['levels'] = {
  ...declareLevel('native', 'the first committer wins, and numbers are given by the commit', storePropertyIds),
  ...declareLevel('unsupported', lost, volatile),
};
