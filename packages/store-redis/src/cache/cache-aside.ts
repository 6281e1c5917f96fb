import { defineScript } from '../connection/define-script.ts';
import { RedisStoreError } from '../errors/redis-store-error.ts';
import { keyText } from '../keys/key-text.ts';
import { answerFailure } from '../options/redis-use.ts';
import { pause } from '../time/pause.ts';
import { readCacheOptions } from './cache-aside-options.ts';
import type { CacheAsideOptions } from './cache-aside-options.ts';
import { readOrLockScript, storeScript } from './cache-scripts.ts';
import { singleFlight } from './single-flight.ts';

/** Values of a slower source, near at hand. However many miss at once, one loads. Calls may overlap. */
export interface CacheAside<Value> {
  /**
   * The value, from Redis or from `load`. What `load` throws is thrown, and not kept.
   * @throws RedisStoreError when Redis fails and the cache is fail-closed; `invalid-argument`
   */
  readonly get: (key: string, load: () => Promise<Value>) => Promise<Value>;
  /**
   * Forgets the value; one that is being loaded is not kept either. After the source has changed.
   * @throws RedisStoreError when Redis fails, whatever `onFailure` says: the old value stays until it expires
   */
  readonly invalidate: (key: string) => Promise<void>;
}

const pollMs = { first: 5, max: 100 } as const;

/** @throws RedisStoreError `invalid-options` */
export function cacheAside<Value>(options: CacheAsideOptions<Value>): CacheAside<Value> {
  const settings = readCacheOptions(options);
  const { connection, name, schema, ttlMs, jitter, lockMs, waitMs, valueBytesMax } = settings;
  const { clock, random } = connection;
  const readOrLock = defineScript(connection.client, readOrLockScript);
  const store = defineScript(connection.client, storeScript);
  const flight = singleFlight<Value>();

  const keysOf = (key: string): readonly [string, string] => {
    const value = `${connection.keyPrefix}:cache:${name}:{${keyText(key)}}`;
    return [value, `${value}:lock`];
  };

  /** The value as bytes, 1 for the one that loads, 0 while another one does. */
  const look = (keys: readonly string[], token: string): Promise<unknown> =>
    connection.send((client) => readOrLock(client, ...keys, token, lockMs));

  const lookUntilSettled = async (keys: readonly string[], token: string): Promise<unknown> => {
    const until = clock.monotonic() + waitMs;
    let found = await look(keys, token);
    for (let delayMs: number = pollMs.first; found === 0 && clock.monotonic() < until; delayMs *= 2) {
      await pause(clock, Math.min(delayMs, pollMs.max) * (0.5 + random() / 2));
      found = await look(keys, token);
    }
    return found;
  };

  const loadAndStore = async (keys: readonly string[], token: string, load: () => Promise<Value>): Promise<Value> => {
    // Without a value the lock is given back, so that the next one need not wait for its end.
    let kept: readonly (string | number)[] = [];
    try {
      const value = await load();
      const text = JSON.stringify(value) ?? '';
      const lifeMs = Math.max(1, Math.round(ttlMs * (1 - jitter * random())));
      if (text !== '' && Buffer.byteLength(text) <= valueBytesMax) kept = [text, lifeMs];
      return value;
    } finally {
      await connection
        .send((client) => store(client, ...keys, token, ...kept))
        .catch((error: RedisStoreError) => connection.report({ use: name, error }));
    }
  };

  const read = async (key: string, load: () => Promise<Value>): Promise<Value> => {
    const keys = keysOf(key);
    const token = connection.newId();
    let found: unknown;
    try {
      found = await lookUntilSettled(keys, token);
    } catch (error) {
      if (!(error instanceof RedisStoreError)) throw error;
      // An asynchronous fallback: the decision is made now, the source is asked after.
      return await answerFailure(settings, error, load);
    }
    if (found === 0) return load();
    if (found === 1) return loadAndStore(keys, token, load);
    const parsed = schema.safeParse(parseJson(found));
    if (parsed.success) return parsed.data;
    connection.report({
      use: name,
      error: new RedisStoreError('foreign-value', 'A cached value does not fit its schema.'),
    });
    // The next one who asks loads it anew for all.
    await connection
      .send((client) => client.del(keys[0]))
      .catch((error: RedisStoreError) => connection.report({ use: name, error }));
    return load();
  };

  return {
    get: async (key, load) => flight.run(keyText(key), () => read(key, load)),
    invalidate: async (key) => {
      const keys = keysOf(key);
      flight.forget(keyText(key));
      await connection.send((client) => client.del(...keys));
      // Once more for who came while Redis was asked.
      flight.forget(keyText(key));
    },
  };
}

function parseJson(found: unknown): unknown {
  try {
    return JSON.parse(String(found));
  } catch {
    return undefined;
  }
}
