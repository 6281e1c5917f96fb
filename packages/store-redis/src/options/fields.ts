import { z } from 'zod';
import type { RedisConnection } from '../connection/redis-connection.ts';

const timerMsMax = 2_147_483_647;
const yearMs = 366 * 24 * 60 * 60 * 1000;
const bytesLimit = 64 * 1024 * 1024;

interface Fields {
  readonly connection: z.ZodType<RedisConnection>;
  readonly name: z.ZodType<string>;
  readonly onFailure: z.ZodType<'open' | 'closed'>;
  /** A time that a timer of ours counts. */
  readonly timerMs: z.ZodType<number>;
  /** A time that Redis counts. */
  readonly expiryMs: z.ZodType<number>;
  readonly bytes: z.ZodType<number>;
}

/** The fields that options have in common. */
export const fields: Fields = {
  connection: z.custom<RedisConnection>(
    (value) => typeof value === 'object' && value !== null && 'send' in value && 'client' in value,
    'must be made by redisConnection',
  ),
  // No braces: the name may be a hash tag.
  name: z.string().regex(/^[\w.-]{1,64}$/u, 'must be 1 to 64 letters, digits, dots, dashes and underscores'),
  onFailure: z.enum(['open', 'closed'], "must be 'open' or 'closed'"),
  timerMs: z.int().min(1).max(timerMsMax),
  expiryMs: z.int().min(1).max(yearMs),
  bytes: z.int().min(1).max(bytesLimit),
};
