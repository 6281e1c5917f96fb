import { z } from 'zod';
import { RedisStoreError } from '../errors/redis-store-error.ts';
import { checkFingerprint } from '../keys/check-fingerprint.ts';
import { keyText } from '../keys/key-text.ts';
import { fields } from '../options/fields.ts';
import { parseOptions } from '../options/parse-options.ts';
import { answerFailure } from '../options/redis-use.ts';
import type { RedisUse } from '../options/redis-use.ts';

export interface IdempotencyCacheOptions extends RedisUse {
  /** How long an answer is kept; what is asked later is asked of the authority. */
  readonly keepMs: number;
  /** Larger answers are not cached. Default 65,536. */
  readonly answerBytesMax?: number;
}

/**
 * Final answers of an authority, near at hand: a repeated request is answered without its database. It claims nothing and knows nothing of
 * requests under way; a miss says nothing at all. Calls may overlap.
 */
export interface IdempotencyCache {
  /** @throws RedisStoreError when Redis fails and the cache is fail-closed; `invalid-argument` */
  readonly read: (key: string, fingerprint: string) => Promise<CachedAnswer>;
  /**
   * Keeps the answer, unless there is one. Only after the authority has committed it. `false` when it is too large or Redis fails: the
   * authority still has it.
   */
  readonly keep: (key: string, fingerprint: string, answer: Uint8Array) => Promise<boolean>;
}

export type CachedAnswer =
  | { readonly status: 'hit'; readonly answer: Uint8Array }
  /** The same key with another fingerprint. */
  | { readonly status: 'conflict' }
  | { readonly status: 'miss' };

const schema = z.strictObject({
  connection: fields.connection,
  name: fields.name,
  onFailure: fields.onFailure,
  keepMs: fields.expiryMs,
  answerBytesMax: fields.bytes.default(65_536),
});

/** @throws RedisStoreError `invalid-options` */
export function idempotencyCache(options: IdempotencyCacheOptions): IdempotencyCache {
  const settings: Required<IdempotencyCacheOptions> = parseOptions('idempotencyCache', schema, options);
  const { connection, name, keepMs, answerBytesMax } = settings;
  const redisKeyOf = (key: string): string => `${connection.keyPrefix}:answer:${name}:{${keyText(key)}}`;

  const read: IdempotencyCache['read'] = async (key, fingerprint) => {
    checkFingerprint(fingerprint);
    const redisKey = redisKeyOf(key);
    try {
      const found = await connection.send((client) => client.getBuffer(redisKey));
      return found === null ? { status: 'miss' } : readAnswer(found, fingerprint);
    } catch (error) {
      if (!(error instanceof RedisStoreError)) throw error;
      return answerFailure(settings, error, () => ({ status: 'miss' }));
    }
  };

  const keep: IdempotencyCache['keep'] = async (key, fingerprint, answer) => {
    checkFingerprint(fingerprint);
    const redisKey = redisKeyOf(key);
    if (answer.byteLength > answerBytesMax) return false;
    const value = Buffer.concat([Buffer.from(`${fingerprint}|`), answer]);
    try {
      return (await connection.send((client) => client.set(redisKey, value, 'PX', keepMs, 'NX'))) === 'OK';
    } catch (error) {
      if (!(error instanceof RedisStoreError)) throw error;
      connection.report({ use: name, error });
      return false;
    }
  };

  return { read, keep };
}

/** `fingerprint|` and the answer. */
function readAnswer(found: Buffer, fingerprint: string): CachedAnswer {
  const end = found.indexOf('|');
  if (end < 0) throw new RedisStoreError('foreign-value', 'Something else writes under the keys of this cache.');
  if (found.toString('utf8', 0, end) !== fingerprint) return { status: 'conflict' };
  return { status: 'hit', answer: new Uint8Array(found.subarray(end + 1)) };
}
