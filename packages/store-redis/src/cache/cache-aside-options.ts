import { z } from 'zod';
import { fields } from '../options/fields.ts';
import { parseOptions } from '../options/parse-options.ts';
import type { RedisUse } from '../options/redis-use.ts';

export interface CacheAsideOptions<Value> extends RedisUse {
  /**
   * What is read is checked by it, as `JSON.parse` gives it: an older version of the program may have written it. What does not fit is
   * loaded anew, and reported as `foreign-value`.
   */
  readonly schema: z.ZodType<Value>;
  readonly ttlMs: number;
  /** Up to which share of `ttlMs` a value may expire earlier, by chance, so that values of one moment do not expire in one. Default 0.1. */
  readonly jitter?: number;
  /** How long one process may load for all; after it another one tries. Default 5,000. */
  readonly lockMs?: number;
  /** How long to wait for the one that loads, before loading as well. Default 5,000. */
  readonly waitMs?: number;
  /** Larger values, as JSON, are not cached. Default 1 MiB. */
  readonly valueBytesMax?: number;
}

/** Options with every default filled in. */
export interface CacheAsideSettings<Value> extends RedisUse {
  readonly schema: z.ZodType<Value>;
  readonly ttlMs: number;
  readonly jitter: number;
  readonly lockMs: number;
  readonly waitMs: number;
  readonly valueBytesMax: number;
}

/** @throws RedisStoreError `invalid-options`, naming every problem with its path */
export function readCacheOptions<Value>(options: CacheAsideOptions<Value>): CacheAsideSettings<Value> {
  const schema = z.strictObject({
    connection: fields.connection,
    name: fields.name,
    onFailure: fields.onFailure,
    schema: z.custom<z.ZodType<Value>>(
      (value) => typeof value === 'object' && value !== null && 'safeParse' in value,
      'must be a zod schema',
    ),
    ttlMs: fields.expiryMs,
    jitter: z.number().min(0).max(0.9).default(0.1),
    lockMs: fields.expiryMs.default(5000),
    waitMs: fields.timerMs.default(5000),
    valueBytesMax: fields.bytes.default(1_048_576),
  });
  return parseOptions('cacheAside', schema, options);
}
