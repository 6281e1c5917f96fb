import { defineScript } from '../connection/define-script.ts';
import type { RedisErrorCode } from '../errors/redis-error-code.ts';
import { RedisStoreError } from '../errors/redis-store-error.ts';
import { keyText } from '../keys/key-text.ts';
import { answerFailure } from '../options/redis-use.ts';
import { gcra } from './gcra.ts';
import type { GcraLimit } from './gcra.ts';
import { doubleRateScript, singleRateScript } from './rate-limit-script.ts';
import { readRateOptions } from './rate-limiter-options.ts';
import type { Rate, RateLimiterOptions, RateLimiterSettings } from './rate-limiter-options.ts';

/** The generic cell rate algorithm on the clock of the server, in one round trip. Calls may overlap. */
export interface RateLimiter {
  /**
   * Takes the share of one request, or of `cost` of them, if every limit has it; otherwise takes nothing.
   * @throws RedisStoreError when Redis fails and the limiter is fail-closed; `invalid-argument`
   */
  readonly take: (key: string, cost?: number) => Promise<RateVerdict>;
}

export type RateVerdict =
  /** `remaining` requests more would be allowed at once. */
  | { readonly status: 'allowed'; readonly remaining: number }
  /** `retryAfterMs` is `Infinity` when the cost is above the burst. `by`: the limit that takes longest. */
  | { readonly status: 'limited'; readonly retryAfterMs: number; readonly by: 'key' | 'global' }
  /** Redis failed and the limiter is fail-open. */
  | { readonly status: 'unlimited'; readonly code: RedisErrorCode };

/** @throws RedisStoreError `invalid-options` */
export function rateLimiter(options: RateLimiterOptions): RateLimiter {
  const settings = readRateOptions(options);
  const { connection } = settings;
  const limits = limitsOf(settings);
  const words = limits.flatMap(({ limit }) => [limit.intervalUs, limit.capacityUs]);
  const script = defineScript(connection.client, limits.length === 1 ? singleRateScript : doubleRateScript);

  return {
    take: async (key, cost = 1) => {
      checkCost(cost);
      const keys = redisKeysOf(settings, key);
      try {
        const reply = await connection.send((client) => script(client, ...keys, cost, ...words));
        return verdictOf(limits, reply, cost);
      } catch (error) {
        if (!(error instanceof RedisStoreError)) throw error;
        return answerFailure(settings, error, ({ code }) => ({ status: 'unlimited', code }));
      }
    },
  };
}

interface NamedLimit {
  readonly by: 'key' | 'global';
  readonly limit: GcraLimit;
}

function limitsOf({ perKey, global }: RateLimiterSettings): readonly NamedLimit[] {
  return [
    ...(perKey === undefined ? [] : [{ by: 'key', limit: limitOf(perKey) } as const]),
    ...(global === undefined ? [] : [{ by: 'global', limit: limitOf(global) } as const]),
  ];
}

function limitOf({ requests, periodMs, burst = requests }: Rate): GcraLimit {
  const intervalUs = (periodMs * 1000) / requests;
  return { intervalUs, capacityUs: intervalUs * burst };
}

/** A key alone spreads over the cluster; with a global limit beside it, both must stand in one slot. */
function redisKeysOf({ connection, name, perKey, global }: RateLimiterSettings, key: string): readonly string[] {
  const text = keyText(key);
  if (global === undefined) return [`${connection.keyPrefix}:rate:${name}:{${text}}`];
  const shared = `${connection.keyPrefix}:rate:{${name}}`;
  return perKey === undefined ? [`${shared}:all`] : [`${shared}:key:${text}`, `${shared}:all`];
}

function checkCost(cost: number): void {
  if (Number.isSafeInteger(cost) && cost >= 1 && cost <= 1_000_000_000) return;
  throw new RedisStoreError(
    'invalid-argument',
    'The cost of a request must be a whole number from 1 to 1,000,000,000.',
  );
}

function verdictOf(limits: readonly NamedLimit[], reply: unknown, cost: number): RateVerdict {
  const [allowed, now, ...arrivals] = (reply as readonly unknown[]).map(Number);
  const verdicts = limits.map(({ by, limit }, at) => ({ by, ...gcra(limit, arrivals[at] ?? 0, now ?? 0, cost) }));
  if (allowed === 1) return { status: 'allowed', remaining: Math.min(...verdicts.map(({ remaining }) => remaining)) };
  const longest = verdicts.reduce((one, other) => (other.retryAfterUs > one.retryAfterUs ? other : one));
  // Rounded up: who comes then must not come in vain.
  return { status: 'limited', retryAfterMs: Math.ceil(longest.retryAfterUs / 1000), by: longest.by };
}
