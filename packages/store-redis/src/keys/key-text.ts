import { createHash } from 'node:crypto';
import { RedisStoreError } from '../errors/redis-store-error.ts';

const bytesMax = 512;
const bytesPerUnitMax = 3;
const escaped = /[%{}]/u;
const digestMark = 'sha256:';

/**
 * Any key of a stranger as a part of a Redis key; two keys never become one. What is long, not well-formed (UTF-8 would turn every lone
 * surrogate into the same sign, and one order would hide the other) or begins with the mark is written as its digest. Braces are escaped, so
 * that they do not end the hash tag.
 * @throws RedisStoreError `invalid-argument` when it is empty: a field that is missing would make all messages the same
 */
export function keyText(key: string): string {
  if (typeof key !== 'string' || key === '') {
    throw new RedisStoreError('invalid-argument', 'A key must be a text that is not empty.');
  }
  if (!key.isWellFormed() || key.startsWith(digestMark) || isLong(key)) {
    return `${digestMark}${createHash('sha256').update(Buffer.from(key, 'utf16le')).digest('hex')}`;
  }
  // Every claim comes here, and hardly any key has one of them.
  return escaped.test(key) ? key.replaceAll(/[%{}]/gu, encodeURIComponent) : key;
}

const isLong = (key: string): boolean => key.length * bytesPerUnitMax > bytesMax && Buffer.byteLength(key) > bytesMax;
