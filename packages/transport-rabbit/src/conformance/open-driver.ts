import type { OpenDriver } from '@waybill/conformance';
import { rabbitTransport } from '../rabbit-transport.ts';
import { conformanceTopology } from './topology.ts';

/** A driver as every case has it, in this process or in one of its own; `address` is where it reaches the broker. */
export const openDriver: OpenDriver = async ({ address = '' }) =>
  rabbitTransport({ ...conformanceTopology, ...haste, urls: [address] });

/** Time limits for a broker on the same machine. */
const haste = {
  heartbeatSeconds: 5,
  connectTimeoutMs: 5000,
  reconnectMs: { first: 50, max: 500 },
  publishTimeoutMs: 5000,
} as const;
