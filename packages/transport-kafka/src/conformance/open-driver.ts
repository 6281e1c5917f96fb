import type { OpenDriver } from '@waybill/conformance';
import { kafkaTransport } from '../kafka-transport.ts';
import type { KafkaTransportOptions } from '../options.ts';
import { conformanceTopology } from './topology.ts';

/** After so long the broker gives up a member that it does not hear. */
export const sessionTimeoutMs = 3000;

/**
 * A driver as every case has it, in this process or in one of its own. `address` is where it reaches the broker; of a cluster `brokers` says that,
 * with commas between them.
 */
export const openDriver: OpenDriver = async ({ address, brokers, client = 'kafkajs', partitions }) =>
  kafkaTransport({
    ...conformanceTopology,
    ...haste,
    ...(partitions !== undefined && { partitions: Number(partitions) }),
    ...(address !== undefined && loginOf(address)),
    client: client === 'platformatic' ? client : 'kafkajs',
    brokers: brokers?.split(',') ?? [new URL(address ?? '').host],
  });

/** Time limits for a broker on the same machine. */
const haste = {
  connectTimeoutMs: 2000,
  requestTimeoutMs: 10_000,
  publishTimeoutMs: 5000,
  sessionTimeoutMs,
  rebalanceTimeoutMs: 10_000,
  heartbeatMs: 300,
  commitMs: 50,
  fetchWaitMs: 100,
  partitionBytesMax: 128 * 1024,
  fetchBytesMax: 512 * 1024,
} as const;

function loginOf(address: string): Pick<KafkaTransportOptions, 'sasl'> {
  const { username, password } = new URL(address);
  if (username === '') return {};
  return { sasl: { mechanism: 'plain', credentials: { username, password } } };
}
