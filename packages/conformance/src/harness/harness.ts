import type { MemoryStore } from '@waybill/core';
import type { ChannelAddress, Clock, SubscriptionAddress, TransportDriver } from '@waybill/core/driver';
import type { PropertyLevels } from './property-level.ts';

/** What a transport author writes to have a transport proven. Everything beside `connect` goes past the driver, by the raw client. */
export interface Harness {
  readonly transport: string;
  readonly product: string;
  readonly version: string;
  readonly startedBy: 'in-process' | 'environment' | 'docker' | 'native';
  readonly levels: PropertyLevels;
  readonly timing: Timing;
  /** A connection of its own, as another process would have; the suite closes it. */
  readonly connect: () => Promise<TransportDriver>;
  readonly admin: Admin;
  /** `undefined` where nobody but the driver can speak with the broker. */
  readonly foreign: Foreign | undefined;
  readonly faults: Faults;
  /** Where a case keeps marks, dead letters and effects; default an empty store each time. Mutants exchange its functions. */
  readonly openStore?: (clock: Clock) => MemoryStore;
  /** Ends the broker where the harness started it. */
  readonly stop: () => Promise<void>;
}

export interface Timing {
  /** Lease of every queue that a case makes; short, because cases wait for it to run out. */
  readonly leaseMs: number;
  /** How long to look on before "nothing more comes" is believed. */
  readonly settleMs: number;
  /** Longest time in which the broker hands over what it has, and its counts follow. */
  readonly patienceMs: number;
}

/** A look at the broker that does not go through the driver under test. Counts may lag; cases ask until `patienceMs` is over. */
export interface Admin {
  /** Messages that wait. */
  readonly depth: (subscription: SubscriptionAddress) => Promise<number>;
  /** Messages handed out and not settled. */
  readonly inFlight: (subscription: SubscriptionAddress) => Promise<number>;
  /** Removes the queue with what is in it; `undefined` where the broker cannot. */
  readonly deleteQueue: ((subscription: SubscriptionAddress) => Promise<void>) | undefined;
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
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What can be broken on purpose; `undefined` where it cannot, and then the cases that need it say so. */
export interface Faults {
  /** Ends the broker and starts it again with what it had stored. */
  readonly restartBroker: (() => Promise<void>) | undefined;
  /** Cuts every connection of every driver of this harness. */
  readonly cutConnections: (() => Promise<void>) | undefined;
  /** Ends the process of this driver as `kill -9` would: nothing is given back and nobody is told. */
  readonly abandon: ((driver: TransportDriver) => Promise<void>) | undefined;
}

/** What a harness module exports under the name `openHarness`. */
export type OpenHarness = () => Promise<Harness>;
