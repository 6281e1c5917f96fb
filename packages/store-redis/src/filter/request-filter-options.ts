import { z } from 'zod';
import { fields } from '../options/fields.ts';
import { parseOptions } from '../options/parse-options.ts';
import type { RedisUse } from '../options/redis-use.ts';

export interface RequestFilterOptions extends RedisUse {
  /**
   * How long a claim is in progress; whoever comes after it gets the claim. Longer than the work takes, and no longer than a crash may hold a
   * request up.
   */
  readonly leaseMs: number;
  /** How long the answer is kept. Longer than the sender repeats its requests; what comes later is a second delivery. */
  readonly keepMs: number;
  /** Largest answer. Default 65,536. */
  readonly answerBytesMax?: number;
}

/** Options with every default filled in. */
export interface RequestFilterSettings extends RedisUse {
  readonly leaseMs: number;
  readonly keepMs: number;
  readonly answerBytesMax: number;
}

const schema = z.strictObject({
  connection: fields.connection,
  name: fields.name,
  onFailure: fields.onFailure,
  leaseMs: fields.expiryMs,
  keepMs: fields.expiryMs,
  answerBytesMax: fields.bytes.default(65_536),
});

/** @throws RedisStoreError `invalid-options`, naming every problem with its path */
export const readFilterOptions = (options: RequestFilterOptions): RequestFilterSettings =>
  parseOptions('requestFilter', schema, options);
