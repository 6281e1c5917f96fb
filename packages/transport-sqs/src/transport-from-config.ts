import type { TransportDriver } from '@waybill/core/driver';
import { z } from 'zod';
import type { SqsTransportOptions } from './options.ts';
import { sqsTransport } from './sqs-transport.ts';

// Variables of the environment hold text only: a number may come as its digits, a claim as a word, and a list with commas between its items.
const digits = /^\d{1,15}$/u;
const number = z.preprocess(
  (value) => (typeof value === 'string' && digits.test(value) ? Number(value) : value),
  z.number({ error: 'must be a number' }),
);
const claim = z.preprocess(
  (value) => (value === 'true' || value === 'false' ? value === 'true' : value),
  z.boolean({ error: 'must be true or false' }),
);
const text = z.string({ error: 'must be text' });
const texts = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value),
  z.array(text, { error: 'must be a list of texts' }),
);
const oneOf = <Words extends readonly [string, ...string[]]>(words: Words, wording: string) =>
  z.enum(words, { error: `must be ${wording}` });
const recordOf = <Value extends z.ZodType>(value: Value) => z.record(z.string(), value, { error: 'must be an object' });

/** What can be said in plain data; credentials and functions are given in code. */
type PlainOptions = Omit<SqsTransportOptions, 'credentials' | 'queueAge' | 'clock' | 'random' | 'newId'>;

const region = z.string({ error: 'is required, as text' });
const kmsKey = z.strictObject({ kmsKeyId: text }, { error: 'must be none, sqs, or an object with kmsKeyId' });

const schema = z.strictObject({
  region,
  queueType: oneOf(['fifo', 'standard'], 'fifo or standard'),
  endpoint: text,
  // A file of YAML reads twelve digits as a number.
  accountId: z.preprocess((value) => (typeof value === 'number' ? String(value).padStart(12, '0') : value), text),
  namePrefix: text,
  topology: oneOf(['apply', 'verify', 'off'], 'apply, verify or off'),
  deduplicationScope: oneOf(['queue', 'messageGroup'], 'queue or messageGroup'),
  highThroughput: claim,
  fairQueueGroups: claim,
  encryption: z.union([z.enum(['none', 'sqs']), kmsKey], { error: 'must be none, sqs, or an object with kmsKeyId' }),
  retentionSeconds: number,
  deliveryLimit: number,
  attributeHeaders: texts,
  filters: recordOf(recordOf(recordOf(texts))),
  tags: recordOf(text),
  messageBytesMax: number,
  pollersMax: number,
  longPollSeconds: number,
  connectTimeoutMs: number,
  requestTimeoutMs: number,
} satisfies Readonly<Record<keyof PlainOptions, z.ZodType>>);

const options = schema.partial().extend({ region });

/**
 * A transport from plain configuration data: the options of `sqsTransport` but for functions and credentials, which the AWS SDK finds.
 * Numbers and claims may be text and lists text with commas, as the environment has them.
 * @throws TypeError that lists every option of a wrong shape with its path; SqsTransportError `illegal-options` for wrong values
 */
export function transportFromConfig(config: unknown): TransportDriver {
  const read = options.safeParse(config);
  if (!read.success) {
    const problems = read.error.issues.map(describe).join('\n');
    throw new TypeError(`The options of transport "sqs" have problems.\n${problems}`);
  }
  return sqsTransport(withoutAbsent(read.data));
}

function describe(issue: z.core.$ZodIssue): string {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => [path, key].filter((part) => part !== '').join('.'));
    return names
      .map((name) => `${name}: is not an option; there are ${Object.keys(schema.shape).join(', ')}`)
      .join('\n');
  }
  return path === '' ? '(options): must be an object with region' : `${path}: ${issue.message}`;
}

/** An option that is there and says nothing is one that is not there. */
function withoutAbsent(read: z.infer<typeof options>): PlainOptions {
  const given = Object.entries(read).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as unknown as PlainOptions;
}
