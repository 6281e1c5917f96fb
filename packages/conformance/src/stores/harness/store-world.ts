import type { Clock, Random, StoreDriver } from '@waybill/core/driver';
import type { Mode } from '../../harness/mode.ts';
import type { StoreDatabase, StoreFaults, StoreHarness } from './store-harness.ts';

/** What one run of one case has to itself: a database, and as many stores on it as it opens. */
export interface StoreWorld {
  readonly harness: StoreHarness;
  readonly mode: Mode;
  readonly clock: Clock;
  /** Seeded, so that a failure can be had again. */
  readonly random: Random;
  readonly runId: string;
  /** The database of this case, empty at first. */
  readonly database: () => Promise<StoreDatabase>;
  /** A store on it, as another process would have; closed when the case ends. */
  readonly open: () => Promise<StoreDriver>;
  /** Those of the harness, each counted when it lands. */
  readonly faults: StoreFaults;
  /** Runs when the case ends, the last one first. */
  readonly defer: (task: () => Promise<unknown>) => void;
  /** How many of something: `standard` in CI, a fifth under `smoke`, ten times as many under `stress`. At least 1. */
  readonly amount: (standard: number) => number;
}
