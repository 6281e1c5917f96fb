import { plainOption, readPlainOptions } from '@waybill/core/driver';
import type { PlainOptionsReader, TransportDriver } from '@waybill/core/driver';
import { z } from 'zod';
import { kafkaTransport } from './kafka-transport.ts';
import type { KafkaTransportOptions } from './options.ts';

const { list, number, oneOf, recordOf, text } = plainOption;

/** What can be said in plain data; callbacks are given in code. */
type PlainOptions = Omit<KafkaTransportOptions, 'onClientLog' | 'clock' | 'random'>;

const startFrom = z.union(
  [
    z.enum(['earliest', 'latest']),
    z.strictObject({ timestampMs: number }),
    z.strictObject({ offsets: z.record(z.string(), number) }),
  ],
  { error: 'must be earliest, latest, or an object with timestampMs or offsets' },
);

const sasl = z.strictObject(
  {
    mechanism: oneOf(['plain', 'scram-sha-256', 'scram-sha-512']),
    credentials: z.strictObject({ username: text, password: text }, { error: 'must be a username and a password' }),
  },
  { error: 'must be an object with mechanism and credentials' },
);

const options = {
  of: 'transport "kafka"',
  needs: 'brokers',
  shape: {
    brokers: list(text, 'is required, as a list of host:port'),
    client: oneOf(['kafkajs', 'platformatic']),
    clientId: text,
    tls: recordOf(z.unknown()),
    sasl,
    namePrefix: text,
    topology: oneOf(['apply', 'verify', 'off']),
    partitions: number,
    replicas: number,
    retentionMs: number,
    cleanup: oneOf(['delete', 'compact', 'compact,delete']),
    compression: oneOf(['none', 'gzip', 'snappy', 'lz4', 'zstd']),
    startFrom: recordOf(startFrom),
    instanceId: text,
    groupProtocol: oneOf(['eager', 'cooperative', 'consumer']),
    publishTimeoutMs: number,
    requestTimeoutMs: number,
    connectTimeoutMs: number,
    sessionTimeoutMs: number,
    rebalanceTimeoutMs: number,
    handOverMs: number,
    heartbeatMs: number,
    commitMs: number,
    fetchWaitMs: number,
    fetchBytesMax: number,
    partitionBytesMax: number,
    windowMax: number,
    messageBytesMax: number,
  },
} satisfies PlainOptionsReader<PlainOptions>;

/**
 * A transport from plain configuration data: the options of `kafkaTransport` but for functions. Numbers may be text of digits and
 * lists text with commas, as the environment has them.
 * @throws TypeError that lists every option of a wrong shape with its path; KafkaTransportError `illegal-options` for wrong values
 */
export function transportFromConfig(config: unknown): TransportDriver {
  return kafkaTransport(readPlainOptions<PlainOptions>(config, options));
}
