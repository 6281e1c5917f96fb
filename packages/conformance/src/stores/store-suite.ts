import type { Suite } from '../runner/suite.ts';
import { storeCases } from './cases/store-cases.ts';
import { openStoreWorld } from './harness/open-store-world.ts';
import type { StoreHarness } from './harness/store-harness.ts';
import { checkStoreAbsent, findStoreLack } from './harness/store-provision.ts';
import type { StoreWorld } from './harness/store-world.ts';
import { storeProperties } from './properties/store-properties.ts';
import type { StorePropertyId } from './properties/store-properties.ts';

/** What a store is proven by. */
export const storeSuite: Suite<StorePropertyId, StoreHarness, StoreWorld> = {
  kind: 'store',
  properties: storeProperties,
  cases: storeCases,
  countLabels: {
    committed: 'transactions committed',
    rolledBack: 'rolled back',
    unknown: 'of unknown outcome',
    faults: 'faults landed',
  },
  openWorld: openStoreWorld,
  findLack: findStoreLack,
  checkAbsent: checkStoreAbsent,
};
