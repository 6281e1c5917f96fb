import type { MemoryStore } from '@waybill/core';
import type { Clock, TransportDriver } from '@waybill/core/driver';
import type { Mode } from '../harness/mode.ts';
import type { PropertyId } from '../properties/properties.ts';
import type { Timing } from '../runner/suite.ts';
import type { DriverChanges } from '../stage/wrap-driver.ts';

/** A driver or a store with one fault, and the property whose cases must find it: the proof that the suite can fail. */
export interface Mutant {
  /** What is wrong, said as a sentence. */
  readonly name: string;
  readonly killedBy: PropertyId;
  /** Part of the reason of the failure, so that another accident does not count as its end. */
  readonly finding: string;
  /** Where it takes more messages than a run in CI sends; default `standard`. */
  readonly mode?: Mode;
  /** Run while no other is: it stalls the process, or is found by what others would disturb. */
  readonly isAlone?: true;
  /** Called once for a run, so that every connection of the run shares what the mutant remembers. */
  readonly mutate: (setting: MutantSetting) => Mutation;
}

export interface MutantSetting {
  readonly clock: Clock;
  readonly timing: Timing;
}

export interface Mutation {
  /** Asked for every connection. */
  readonly driver?: (driver: TransportDriver) => DriverChanges;
  readonly store?: (store: MemoryStore) => MemoryStore;
}
