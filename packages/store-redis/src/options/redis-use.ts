import type { RedisConnection } from '../connection/redis-connection.ts';
import type { RedisStoreError } from '../errors/redis-store-error.ts';

/** What every use of Redis has to say of itself. */
export interface RedisUse {
  readonly connection: RedisConnection;
  /** Part of its keys: uses with the same name share what they keep. 1 to 64 letters, digits, `.`, `-`, `_`. */
  readonly name: string;
  /**
   * What happens when Redis does not answer as it should. `open`: go on as though it had nothing against it; `closed`: reject with the error.
   * There is no default, because either may be the expensive mistake.
   */
  readonly onFailure: 'open' | 'closed';
}

/**
 * Says what a failure of Redis means for one use: it is reported, and then thrown, or answered by `whenOpen`.
 * @throws the error, when the use is fail-closed
 */
export function answerFailure<Answer>(
  { connection, name, onFailure }: RedisUse,
  error: RedisStoreError,
  whenOpen: (error: RedisStoreError) => Answer,
): Answer {
  connection.report({ use: name, error });
  if (onFailure === 'closed') throw error;
  return whenOpen(error);
}
