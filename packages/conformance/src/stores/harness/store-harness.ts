import type { StoreDriver } from '@waybill/core/driver';
import type { SuiteHarness } from '../../runner/suite.ts';
import type { StorePropertyId } from '../properties/store-properties.ts';

/** What a store author writes to have a store proven. */
export interface StoreHarness extends SuiteHarness<StorePropertyId> {
  readonly store: string;
  readonly transport?: undefined;
  /** An empty database (or schema, or prefix) for one case: cases run side by side and see nothing of each other. */
  readonly createDatabase: () => Promise<StoreDatabase>;
  readonly faults: StoreFaults;
  /** What cannot be had here by nature, each with the reason: cases that need it are left out, and their reasons stand beside the verdict. */
  readonly absent?: Readonly<Partial<Record<StoreProvision, string>>>;
}

export interface StoreDatabase {
  /** A store on connections of its own, as another process would have; the suite closes it. */
  readonly open: () => Promise<StoreDriver>;
  /** Writes one row of the user's through the transaction that a handler is given; rejects where `id` is there already, at the latest at the commit. */
  readonly writeRow: (native: unknown, id: string) => Promise<void>;
  /** Ids of the user's rows that are committed, past the store. */
  readonly rows: () => Promise<readonly string[]>;
  /** How many records the sequence fence keeps, past the store. Absent where nobody can tell. */
  readonly fenceRecords?: () => Promise<number>;
  readonly drop: () => Promise<void>;
}

/** What can be broken on purpose; absent where it cannot. */
export interface StoreFaults {
  /** Cuts every connection to this database, and answers how many there were. */
  readonly cutConnections?: (database: StoreDatabase) => Promise<number>;
  /** Ends a store as `kill -9` ends its process: what it had open is never finished, and nobody is told. */
  readonly abandon?: (store: StoreDriver) => Promise<void>;
  /** Ends the server with `kill -9` and starts it again on what it has on its disk. */
  readonly killServer?: () => Promise<void>;
  /** Stops the server's processes with connections open; the answer lets them go on. */
  readonly pauseServer?: () => Promise<() => Promise<void>>;
}

/** What a case may need beside a store. */
export type StoreProvision = keyof StoreFaults;

/** What a harness module exports under the name `openStoreHarness`. */
export type OpenStoreHarness = () => Promise<StoreHarness>;
