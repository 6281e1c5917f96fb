import type { MemoryStore } from '@waybill/core';
import type { ChannelAddress, Clock, SubscriptionAddress, TransportDriver } from '@waybill/core/driver';
import type { PropertyId } from '../properties/properties.ts';
import type { SuiteHarness } from '../runner/suite.ts';

/** What a transport author writes to have a transport proven. Everything beside `connect` goes past the driver, by the raw client. */
export interface Harness extends SuiteHarness<PropertyId> {
  readonly transport: string;
  /** A connection of its own, as another process would have; the suite closes it. */
  readonly connect: () => Promise<TransportDriver>;
  readonly admin: Admin;
  /** `undefined` where nobody but the driver can speak with the broker. */
  readonly foreign: Foreign | undefined;
  readonly faults: Faults;
  /**
   * Most messages that may come again, beside those in flight, after a fault or when a consumer leaves: where a broker is only told from time to time,
   * and only how far everything is finished. Default 0.
   */
  readonly repeatsMax?: number;
  /**
   * What cannot be had here by nature, each with the reason: cases that need it are left out, and their reasons are kept beside the verdict
   * of the others. What is missing for another reason is not named here: then nothing that needs it is given a verdict.
   */
  readonly absent?: Readonly<Partial<Record<Provision, string>>>;
  /** How a process of its own gets a driver; absent where it cannot, and then cases make do with what can be done in this one. */
  readonly child?: ChildDriver;
  /** Where a case keeps marks, dead letters and effects; default an empty store each time. Mutants exchange its functions. */
  readonly openStore?: (clock: Clock) => MemoryStore;
}

/** What a case may need beside a driver. `lateAnswers`: the broker tells who settles too late; it is there unless the harness denies it. */
export type Provision = keyof Faults | 'deleteQueue' | 'purge' | 'foreign' | 'lateAnswers';

/** A look at the broker that does not go through the driver under test. Counts may lag; cases ask until `patienceMs` is over. */
export interface Admin {
  /** Messages that wait. */
  readonly depth: (subscription: SubscriptionAddress) => Promise<number>;
  /** Messages handed out and not settled. */
  readonly inFlight: (subscription: SubscriptionAddress) => Promise<number>;
  /** Removes the queue with what is in it; `undefined` where the broker cannot. */
  readonly deleteQueue: ((subscription: SubscriptionAddress) => Promise<void>) | undefined;
  /** Removes what is in the queue; what is handed out may stay with its holder. Absent where the broker cannot. */
  readonly purge?: (subscription: SubscriptionAddress) => Promise<void>;
  /** Removes every channel and queue that has `runId` in its name: what one case made. `undefined` where nothing stays. */
  readonly cleanUp: ((runId: string) => Promise<void>) | undefined;
}

/** Another program on the same broker, which knows nothing of Waybill. */
export interface Foreign {
  readonly publish: (address: ChannelAddress, message: ForeignMessage) => Promise<void>;
  /** Takes one message off the queue; `undefined` when there is none. */
  readonly consume: (subscription: SubscriptionAddress) => Promise<ForeignMessage | undefined>;
}

export interface ForeignMessage {
  /** A foreign program may put anything there that its library takes. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Uint8Array;
}

/** A driver for another process, which is killed, frozen and stalled for real. */
export interface ChildDriver {
  /** URL of a module that exports an `OpenDriver` under the name `openDriver`. */
  readonly module: string;
  /** Handed to it as they are; they travel as JSON. */
  readonly settings: Readonly<Record<string, string>>;
  /** False where a broker lives and dies with its process: then a child proves only what a process does by itself. */
  readonly sharesBroker: boolean;
}

/** What the module of a {@link ChildDriver} exports under the name `openDriver`. */
export type OpenDriver = (settings: Readonly<Record<string, string>>) => Promise<TransportDriver>;

/** What can be broken on purpose; `undefined` where it cannot, and then the cases that need it say so. */
export interface Faults {
  /** Ends the broker and starts it again with what it had stored. */
  readonly restartBroker: (() => Promise<void>) | undefined;
  /** Cuts every connection of every driver of this harness, and answers how many there were. */
  readonly cutConnections: (() => Promise<number>) | undefined;
  /**
   * Ends what every driver of this harness holds, and lets them come back: where a hold outlives its connections, as a member's of a group does.
   * Default: `cutConnections`.
   */
  readonly endHolds?: () => Promise<void>;
  /** Ends the process of this driver as `kill -9` would: nothing is given back and nobody is told. */
  readonly abandon: ((driver: TransportDriver) => Promise<void>) | undefined;
  /** Breaks the network between one driver and its broker. */
  readonly breakNetwork?: (driver: TransportDriver, how: NetworkFault) => Promise<BrokenNetwork>;
  /** A connection whose user or password the broker does not know; the suite closes it. */
  readonly connectAsStranger?: () => Promise<TransportDriver>;
  /** Makes the broker take no publishes for want of memory or disk; the answer lets it take them again. */
  readonly refusePublishes?: () => Promise<() => Promise<void>>;
}

/**
 * `reset`: every connection is cut, and every new one. `black-hole`: nothing arrives in either direction and nobody is told.
 * `lose-confirm`: once, the broker has a message and the connection breaks before its confirmation arrives. `lose-accept`: once, the
 * connection breaks before the broker hears that a delivery was accepted.
 */
export type NetworkFault = 'reset' | 'black-hole' | 'lose-confirm' | 'lose-accept';

export interface BrokenNetwork {
  /** How often it took effect so far: a fault that never did proves nothing. */
  readonly landed: () => number;
  /** Gives the network back, on new connections. */
  readonly heal: () => Promise<void>;
}

/** What a harness module exports under the name `openHarness`. */
export type OpenHarness = () => Promise<Harness>;
