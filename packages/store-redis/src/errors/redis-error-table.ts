import type { RedisErrorCode } from './redis-error-code.ts';

export interface RedisErrorEntry {
  /** The same call may succeed later without a change. */
  readonly retryable: boolean;
  readonly meaning: string;
  readonly remedy: string;
}

const entry = (retryable: boolean, meaning: string, remedy: string): RedisErrorEntry => ({
  retryable,
  meaning,
  remedy,
});

/** Every code of this package: the one place where a code is defined. */
export const redisErrorTable: Readonly<Record<RedisErrorCode, RedisErrorEntry>> = {
  'invalid-options': entry(false, 'Options have no legal value; all are listed.', 'Correct each path that is listed.'),
  'invalid-argument': entry(
    false,
    'A key, a fingerprint or a cost is not legal.',
    'Pass a legal one; a key is never empty.',
  ),
  'value-too-large': entry(false, 'An answer is above its limit in bytes.', 'Keep a reference, or raise the limit.'),
  'foreign-value': entry(false, 'Something else has written under our key.', 'Give it another name or key prefix.'),
  unavailable: entry(true, 'There is no connection, or no primary.', 'Start Redis, or correct the address.'),
  timeout: entry(true, 'No answer came in time; the command may still run.', 'See what holds Redis up.'),
  overloaded: entry(true, 'Too many commands are unanswered.', 'See what holds Redis up, or raise `unansweredMax`.'),
  'out-of-memory': entry(true, 'Redis is full and evicts nothing.', 'Give it memory, or shorten what is kept.'),
  'read-only': entry(
    true,
    'This server is a replica.',
    'Connect to the primary; after a failover it passes by itself.',
  ),
  unauthorized: entry(false, 'The user, its password or its rights are refused.', 'Correct the login or its rights.'),
  unsupported: entry(false, 'The server is too old.', 'Use Redis 7.0, Valkey 7.2, or later.'),
  closed: entry(false, 'The connection was closed here.', 'Close it after its last use.'),
  unknown: entry(false, 'Redis said something that this package does not know.', 'See the cause.'),
};
