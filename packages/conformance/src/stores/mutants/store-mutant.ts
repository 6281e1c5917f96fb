import type { StoreDriver } from '@waybill/core/driver';
import type { StorePropertyId } from '../properties/store-properties.ts';

/** A store with one fault, and the property whose cases must find it: the proof that the suite can fail. */
export interface StoreMutant {
  /** What is wrong, said as a sentence. */
  readonly name: string;
  readonly killedBy: StorePropertyId;
  /** Part of the reason of the failure, so that another accident does not count as its end. */
  readonly finding: string;
  /** Called once for a database, so that all stores on it share what the mutant remembers. */
  readonly mutate: () => ChangeStore;
}

export type ChangeStore = (store: StoreDriver) => StoreDriver;
