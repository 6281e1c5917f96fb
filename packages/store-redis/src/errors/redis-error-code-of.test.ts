import { expect, test } from 'vitest';
import { redisErrorCodeOf } from './redis-error-code-of.ts';
import { RedisStoreError } from './redis-store-error.ts';

const system = (code: string): Error => Object.assign(new Error(`connect ${code} 127.0.0.1:6379`), { code });

test.each([
  ["OOM command not allowed when used memory > 'maxmemory'.", 'out-of-memory'],
  [
    "ERR Error running script (call to f_1): @user_script:3: OOM command not allowed when used memory > 'maxmemory'.",
    'out-of-memory',
  ],
  ["READONLY You can't write against a read only replica.", 'read-only'],
  ['NOAUTH Authentication required.', 'unauthorized'],
  ['WRONGPASS invalid username-password pair or user is disabled.', 'unauthorized'],
  ["NOPERM User shop has no permissions to run the 'set' command", 'unauthorized'],
  ['WRONGTYPE Operation against a key holding the wrong kind of value', 'foreign-value'],
  ['LOADING Redis is loading the dataset in memory', 'unavailable'],
  ['CLUSTERDOWN The cluster is down', 'unavailable'],
  ['MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to no.', 'unavailable'],
  ['BUSY Redis is busy running a script.', 'unavailable'],
  ['MISCONF Redis is configured to save RDB snapshots, but is unable to persist to disk.', 'unavailable'],
  ['ERR syntax error', 'unsupported'],
  ["ERR unknown command 'GETEX'", 'unsupported'],
  ["Stream isn't writeable and enableOfflineQueue options is false", 'unavailable'],
  ['Connection is closed.', 'unavailable'],
  [
    'Reached the max retries per request limit (which is 0). Refer to "maxRetriesPerRequest" option for details.',
    'unavailable',
  ],
  ["Socket timeout. Expecting data, but didn't receive any in 2000ms.", 'unavailable'],
  ['Failed to refresh slots cache.', 'unavailable'],
  ['Command timed out', 'timeout'],
  ['ERR something new', 'unknown'],
] as const)('%s', (message, code) => {
  expect(redisErrorCodeOf(new Error(message))).toBe(code);
});

test('a socket that fails is unavailable', () => {
  expect(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND'].map((code) => redisErrorCodeOf(system(code)))).toEqual(
    Array.from({ length: 3 }, () => 'unavailable'),
  );
});

test('an error of another copy of this package keeps its code, and a stranger has none', () => {
  const copy = Object.assign(new Error('of another copy'), { name: 'RedisStoreError', code: 'overloaded' });
  expect(redisErrorCodeOf(copy)).toBe('overloaded');
  expect(redisErrorCodeOf(new RedisStoreError('closed', ''))).toBe('closed');
  expect(redisErrorCodeOf(Object.assign(new Error('odd'), { name: 'RedisStoreError', code: 'made-up' }))).toBe(
    'unknown',
  );
  expect(redisErrorCodeOf('a text')).toBe('unknown');
});
