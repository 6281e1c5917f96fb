import type { Protocol, ProxyTarget } from '../proxy/index.ts';
import type { DriverModule } from './shop/shop-protocol.ts';

/** The broker of a kill matrix, which outlives every shop. */
export interface MatrixBroker {
  readonly protocol: Protocol;
  readonly target: ProxyTarget;
  /** How a shop reaches it there: at itself, or at a proxy before it. */
  readonly driverAt: (target: ProxyTarget) => DriverModule;
  readonly stop: () => Promise<void>;
}

export const matrixTransports = ['memory', 'rabbit'] as const;

export type MatrixTransport = (typeof matrixTransports)[number];
