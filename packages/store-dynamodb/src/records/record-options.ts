import type { NewId } from '@waybill/core/driver';
import { z } from 'zod';
import { DynamodbStoreError } from '../dynamodb-error.ts';
import type { DynamodbClient } from '../options.ts';
import { systemNewId } from '../time/system-chance.ts';
import { systemClock } from '../time/system-clock.ts';
import type { DynamodbClock } from '../time/system-clock.ts';

/** What every kind of record needs. They may share the store's table: their keys never meet. */
export interface RecordOptions {
  readonly client: DynamodbClient;
  readonly table: string;
  readonly clock?: Pick<DynamodbClock, 'now'>;
  readonly newId?: NewId;
}

export type RecordSettings = Readonly<Required<RecordOptions>>;

const shape = {
  client: z.custom((value) => typeof (value as DynamodbClient | undefined)?.send === 'function', 'is no client'),
  table: z.string().min(1).max(1024),
};

/**
 * Fills in the defaults and checks everything at once.
 * @param numbers further options that are positive durations in milliseconds
 * @throws DynamodbStoreError `illegal-options`, naming every problem with its path
 */
export function readRecordOptions(
  subject: string,
  options: RecordOptions,
  durations: Readonly<Record<string, number>>,
): RecordSettings {
  const duration = z.number().positive().or(z.literal(Infinity));
  const all = z.object({ ...shape, ...Object.fromEntries(Object.keys(durations).map((name) => [name, duration])) });
  const { error } = all.safeParse({ ...options, ...durations });
  if (error !== undefined) {
    const problems = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    throw new DynamodbStoreError('illegal-options', `Options of ${subject}: ${problems}.`);
  }
  const { client, table, clock = systemClock, newId = systemNewId } = options;
  return { client, table, clock, newId };
}

/**
 * The key of a record as it must be: a missing one would make all requests one, or leave them unguarded.
 * @throws DynamodbStoreError `missing-key`
 */
export function requireKey(key: string | undefined, subject: string): string {
  if (typeof key === 'string' && key !== '') return key;
  throw new DynamodbStoreError('missing-key', `The ${subject} is missing; nothing was done.`);
}
