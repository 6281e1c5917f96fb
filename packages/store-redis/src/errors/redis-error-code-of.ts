import type { RedisErrorCode } from './redis-error-code.ts';
import { redisErrorTable } from './redis-error-table.ts';

/** First words of what Redis 7 and Valkey answer, in the order in which they are looked for. */
const replies: readonly (readonly [RegExp, RedisErrorCode])[] = [
  // Inside a script the reply of the command that failed stands somewhere in the text.
  [/\bOOM command not allowed/u, 'out-of-memory'],
  [/\bREADONLY\b/u, 'read-only'],
  [/\b(?:NOAUTH|WRONGPASS|NOPERM)\b|invalid (?:username-)?password|without any password configured/u, 'unauthorized'],
  [/\bWRONGTYPE\b/u, 'foreign-value'],
  [/^(?:LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|BUSY)\b/u, 'unavailable'],
  [/\bMISCONF\b/u, 'unavailable'],
  [/syntax error|unknown command/iu, 'unsupported'],
];

/** What ioredis 6 says when there is no connection. */
const clientTexts =
  /Stream isn't writeable|Connection is closed|max retries per request|Command aborted due to connection close|Socket (?:timeout|closed)|Cluster (?:isn't ready|all nodes)|Failed to refresh slots|None of startup nodes|Too many Cluster redirections/iu;

const systemCode = /^(?:ECONN(?:REFUSED|RESET|ABORTED)|EPIPE|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ETIMEDOUT)$/u;

/** Classifies any error by what it says, not by its class: a package may be installed twice. */
export function redisErrorCodeOf(error: unknown): RedisErrorCode {
  if (!(error instanceof Error)) return 'unknown';
  const own = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (error.name === 'RedisStoreError' && isCode(own)) return own;
  if (systemCode.test(own)) return 'unavailable';
  if (error.message.startsWith('Command timed out')) return 'timeout';
  const reply = replies.find(([pattern]) => pattern.test(error.message));
  if (reply !== undefined) return reply[1];
  return clientTexts.test(error.message) ? 'unavailable' : 'unknown';
}

function isCode(code: string): code is RedisErrorCode {
  return Object.hasOwn(redisErrorTable, code);
}
