import { z } from 'zod';
import { fields } from '../options/fields.ts';
import { parseOptions } from '../options/parse-options.ts';
import type { RedisUse } from '../options/redis-use.ts';

export interface RateLimiterOptions extends RedisUse {
  /** What each key may do. At least one of `perKey` and `global`. */
  readonly perKey?: Rate;
  /** What all keys may do together. All keys of this limiter are then in one slot of a cluster. */
  readonly global?: Rate;
}

/** `requests` in `periodMs`, spread evenly, with `burst` of them at once. At most 1,000 requests a millisecond. */
export interface Rate {
  readonly requests: number;
  readonly periodMs: number;
  /** Default `requests`: a whole period's share at once. 1 spaces them out. */
  readonly burst?: number;
}

/** Options with every default filled in. */
export interface RateLimiterSettings extends RedisUse {
  readonly perKey?: Rate | undefined;
  readonly global?: Rate | undefined;
}

const rate = z
  .strictObject({
    requests: z.int().min(1).max(1_000_000_000),
    periodMs: fields.expiryMs,
    burst: z.int().min(1).max(1_000_000_000).optional(),
  })
  .refine(({ requests, periodMs }) => requests / periodMs <= 1000, {
    path: ['requests'],
    message: 'must be at most 1,000 a millisecond',
  })
  .refine(({ requests, periodMs, burst = requests }) => (burst * periodMs) / requests <= 31_622_400_000, {
    path: ['burst'],
    message: 'must not take more than a year to come back',
  }) as z.ZodType<Rate>;

const schema = z
  .strictObject({
    connection: fields.connection,
    name: fields.name,
    onFailure: fields.onFailure,
    perKey: rate.optional(),
    global: rate.optional(),
  })
  .refine(({ perKey, global }) => perKey !== undefined || global !== undefined, {
    path: ['perKey'],
    message: 'perKey, global or both must be given',
  });

/** @throws RedisStoreError `invalid-options`, naming every problem with its path */
export const readRateOptions = (options: RateLimiterOptions): RateLimiterSettings =>
  parseOptions('rateLimiter', schema, options);
