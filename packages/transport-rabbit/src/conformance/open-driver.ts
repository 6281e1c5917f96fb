import type { OpenDriver } from '@waybill/conformance';
import { rabbitTransport } from '../rabbit-transport.ts';
import { conformanceTopology } from './topology.ts';

/**
 * A driver as every case has it, in this process or in one of its own. `address` is where it reaches the broker, which gives up a process
 * that is frozen after two or three times `heartbeatSeconds`.
 */
export const openDriver: OpenDriver = async ({ address = '', heartbeatSeconds = '5' }) =>
  rabbitTransport({
    ...conformanceTopology,
    ...haste,
    heartbeatSeconds: Number(heartbeatSeconds),
    urls: [address],
  });

/** Time limits for a broker on the same machine. */
const haste = {
  connectTimeoutMs: 5000,
  reconnectMs: { first: 50, max: 500 },
  publishTimeoutMs: 5000,
  rebalanceMs: 300,
} as const;
