import { redisErrorCodeOf } from './redis-error-code-of.ts';
import { RedisStoreError } from './redis-store-error.ts';

/** Wraps what Redis or ioredis said, once. The text of a reply may quote a key, and stays in the cause. */
export function redisErrorOf(error: unknown): RedisStoreError {
  if (error instanceof RedisStoreError) return error;
  const code = redisErrorCodeOf(error);
  return new RedisStoreError(code, `Redis: ${code}.`, { cause: error });
}
