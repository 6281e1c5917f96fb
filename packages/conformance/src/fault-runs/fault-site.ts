import type { Broker } from '../brokers/index.ts';
import type { DriverModule } from '../kill-matrix/shop/shop-protocol.ts';
import type { Scenario } from './scenario.ts';

/** One server of a broker, which can be killed and keeps what it has confirmed. */
export type MortalNode = Pick<Broker, 'kill9' | 'restart'>;

/** Several servers that keep copies of the same partitions, of which one leads each. */
export interface ReplicatedSite {
  /** How many partitions of the channel each node leads, in the order of the nodes; those of a node that is gone are nobody's. */
  readonly led: (channel: string) => Promise<readonly number[]>;
  /** Resolves when every node has everything again. @throws Error when that takes too long */
  readonly whole: () => Promise<void>;
}

/** Where workers find a broker, and what of it can be killed. */
export interface FaultSite {
  readonly driver: DriverModule;
  /** After so long without a word a worker has lost what it held. */
  readonly leaseMs: number;
  readonly nodes: readonly MortalNode[];
  readonly replicated?: ReplicatedSite;
}

/** The broker of a set of runs. */
export interface FaultBroker {
  /** What it is, for the table. */
  readonly name: string;
  /** Where a scenario runs; `undefined` where it cannot be had. */
  readonly siteOf: (scenario: Scenario) => FaultSite | undefined;
  readonly stop: () => Promise<void>;
}
