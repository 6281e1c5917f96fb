import type { Broker } from '../brokers/index.ts';
import type { Protocol, ProxyTarget } from '../proxy/index.ts';
import type { BrokerExchanges } from './exchange.ts';
import type { DriverModule } from './shop/shop-protocol.ts';

/** Where shops find a broker, and how what they say to it is told apart. */
export interface BrokerSite {
  readonly protocol: Protocol;
  readonly exchanges: BrokerExchanges;
  readonly target: ProxyTarget;
  /** Of everything that shops lease; where it runs by time, long enough for a machine that is busy with the matrix to renew it. */
  readonly leaseMs: number;
  /** How a shop reaches it there: at itself, or at a proxy before it. */
  readonly driverAt: (target: ProxyTarget) => DriverModule;
}

/** A broker that can be killed while shops work, and keeps what it has confirmed. */
export interface MortalSite extends BrokerSite {
  readonly server: Pick<Broker, 'kill9' | 'restart'>;
}

/** The broker of a kill matrix, which outlives every shop. */
export interface MatrixBroker extends BrokerSite {
  /** For the deaths of the broker, which come after the cells; absent where nobody can kill it. */
  readonly mortal?: MortalSite;
  readonly stop: () => Promise<void>;
}

export const matrixTransports = ['memory', 'rabbit', 'sqs', 'kafka'] as const;

export type MatrixTransport = (typeof matrixTransports)[number];
