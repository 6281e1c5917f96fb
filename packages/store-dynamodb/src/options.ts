import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { NewId, Random } from '@waybill/core/driver';
import { z } from 'zod';
import { DynamodbStoreError } from './dynamodb-error.ts';
import { systemNewId, systemRandom } from './time/system-chance.ts';
import { systemClock } from './time/system-clock.ts';
import type { DynamodbClock } from './time/system-clock.ts';

/** The SDK's client, which stays its owner's: time limits, retries and credentials are set there, and it is ended there. */
export type DynamodbClient = Pick<DynamoDBClient, 'send'>;

export interface DynamodbStoreOptions {
  readonly client: DynamodbClient;
  /** The table, made from `table.cloudformation.yaml` or by `ensureTable`. Not a global table: conditions hold in one region only. */
  readonly table: string;
  /** Keys are spread over so many buckets, which any number of relays share. Fixed for the life of a table. 1 to 64, default 16. */
  readonly buckets?: number;
  /**
   * How long an inbox mark counts. Longer than anything may be sent again: the longest redelivery, and the age of a dead letter that
   * somebody replays. Default `Infinity`.
   */
  readonly inboxRetentionMs?: number;
  readonly clock?: DynamodbClock;
  /** Ids of at most 36 characters, which were never used before. */
  readonly newId?: NewId;
  readonly random?: Random;
}

export type DynamodbSettings = Readonly<Required<DynamodbStoreOptions>>;

const defaults = {
  buckets: 16,
  inboxRetentionMs: Infinity,
  clock: systemClock,
  newId: systemNewId,
  random: systemRandom,
} satisfies Partial<DynamodbStoreOptions>;

const schema = z.object({
  client: z.custom((value) => typeof (value as DynamodbClient | undefined)?.send === 'function', 'is no client'),
  table: z.string().min(1).max(1024),
  buckets: z.int().min(1).max(64),
  inboxRetentionMs: z.number().positive().or(z.literal(Infinity)),
});

/**
 * Fills in the defaults and checks everything at once.
 * @throws DynamodbStoreError `illegal-options`, naming every problem with its path
 */
export function readOptions(options: DynamodbStoreOptions): DynamodbSettings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings = { ...defaults, ...given } as DynamodbSettings;
  const unknown = Object.keys(given).filter((name) => !known.has(name));
  const parsed = schema.safeParse(settings);
  const problems = [
    ...unknown.map((name) => `${name} is no option`),
    ...(parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`),
  ];
  if (problems.length === 0) return settings;
  throw new DynamodbStoreError('illegal-options', `Options of the DynamoDB store: ${problems.join('; ')}.`);
}

const known: ReadonlySet<string> = new Set(['client', 'table', ...Object.keys(defaults)]);
