import type { TransportDriver } from '@waybill/core/driver';
import { z } from 'zod';
import type { RabbitTransportOptions } from './options.ts';
import { rabbitTransport } from './rabbit-transport.ts';

// Variables of the environment hold text only: a number may come as its digits, and a list with commas between its items.
const digits = /^\d{1,15}$/u;
const number = z.preprocess(
  (value) => (typeof value === 'string' && digits.test(value) ? Number(value) : value),
  z.number({ error: 'must be a number' }),
);
const listOf = <Item extends z.ZodType>(item: Item, wording: string) =>
  z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value),
    z.array(item, { error: wording }),
  );
const text = z.string({ error: 'must be text' });

/** What can be said in plain data; a clock, chance and rotated credentials are given in code. */
type PlainOptions = Omit<RabbitTransportOptions, 'credentials' | 'clock' | 'random'>;

const urls = listOf(text, 'is required, as a list of texts');

const schema = z.strictObject({
  urls,
  tls: z.record(z.string(), z.unknown(), { error: 'must be an object' }),
  connectionName: text,
  heartbeatSeconds: number,
  connectTimeoutMs: number,
  reconnectMs: z.strictObject({ first: number, max: number }),
  publishTimeoutMs: number,
  consumerTimeoutMs: number,
  queueType: z.enum(['quorum', 'classic'], { error: 'must be quorum or classic' }),
  namePrefix: text,
  rebalanceMs: number,
  partitions: number,
  messageBytesMax: number,
  deliveryLimit: number,
  delaysMs: listOf(number, 'must be a list of numbers'),
  expireAfterMs: number,
  priorityHeader: text,
} satisfies Readonly<Record<keyof PlainOptions, z.ZodType>>);

const options = schema.partial().extend({ urls });

/**
 * A transport from plain configuration data: the options of `rabbitTransport` but for functions. Numbers may be text of digits and
 * lists text with commas, as the environment has them.
 * @throws TypeError that lists every option of a wrong shape with its path; RabbitTransportError `illegal-options` for wrong values
 */
export function transportFromConfig(config: unknown): TransportDriver {
  const read = options.safeParse(config);
  if (!read.success) {
    const problems = read.error.issues.map(describe).join('\n');
    throw new TypeError(`The options of transport "rabbit" have problems.\n${problems}`);
  }
  return rabbitTransport(withoutAbsent(read.data));
}

function describe(issue: z.core.$ZodIssue): string {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => [path, key].filter((part) => part !== '').join('.'));
    return names
      .map((name) => `${name}: is not an option; there are ${Object.keys(schema.shape).join(', ')}`)
      .join('\n');
  }
  return path === '' ? '(options): must be an object with urls' : `${path}: ${issue.message}`;
}

/** An option that is there and says nothing is one that is not there. */
function withoutAbsent(read: z.infer<typeof options>): PlainOptions {
  const given = Object.entries(read).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as unknown as PlainOptions;
}
