import type { TransportDriver } from '@waybill/core/driver';
import { z } from 'zod';
import { kafkaTransport } from './kafka-transport.ts';
import type { KafkaTransportOptions } from './options.ts';

// Variables of the environment hold text only: a number may come as its digits, and a list with commas between its items.
const digits = /^-?\d{1,15}$/u;
const number = z.preprocess(
  (value) => (typeof value === 'string' && digits.test(value) ? Number(value) : value),
  z.number({ error: 'must be a number' }),
);
const text = z.string({ error: 'must be text' });
const oneOf = <Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: `must be one of ${words.join(', ')}` });
const recordOf = <Value extends z.ZodType>(value: Value) => z.record(z.string(), value, { error: 'must be an object' });

/** What can be said in plain data; callbacks are given in code. */
type PlainOptions = Omit<KafkaTransportOptions, 'onClientLog' | 'clock' | 'random'>;

const brokers = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value),
  z.array(text, { error: 'is required, as a list of host:port' }),
);

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

const schema = z.strictObject({
  brokers,
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
} satisfies Readonly<Record<keyof PlainOptions, z.ZodType>>);

const options = schema.partial().extend({ brokers });

/**
 * A transport from plain configuration data: the options of `kafkaTransport` but for functions. Numbers may be text of digits and
 * lists text with commas, as the environment has them.
 * @throws TypeError that lists every option of a wrong shape with its path; KafkaTransportError `illegal-options` for wrong values
 */
export function transportFromConfig(config: unknown): TransportDriver {
  const read = options.safeParse(config);
  if (!read.success) {
    const problems = read.error.issues.map(describe).join('\n');
    throw new TypeError(`The options of transport "kafka" have problems.\n${problems}`);
  }
  return kafkaTransport(withoutAbsent(read.data));
}

function describe(issue: z.core.$ZodIssue): string {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => [path, key].filter((part) => part !== '').join('.'));
    return names
      .map((name) => `${name}: is not an option; there are ${Object.keys(schema.shape).join(', ')}`)
      .join('\n');
  }
  return path === '' ? '(options): must be an object with brokers' : `${path}: ${issue.message}`;
}

/** An option that is there and says nothing is one that is not there. */
function withoutAbsent(read: z.infer<typeof options>): PlainOptions {
  const given = Object.entries(read).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as unknown as PlainOptions;
}
