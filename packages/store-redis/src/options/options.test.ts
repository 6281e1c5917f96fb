import { expect, test } from 'vitest';
import { z } from 'zod';
import { cacheAside } from '../cache/cache-aside.ts';
import { redisConnection } from '../connection/redis-connection.ts';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { requestFilter } from '../filter/request-filter.ts';
import { idempotencyCache } from '../idempotency/idempotency-cache.ts';
import { concurrencyLimiter } from '../limits/concurrency-limiter.ts';
import { rateLimiter } from '../limits/rate-limiter.ts';

const connection = { send: () => undefined, client: {} } as unknown as RedisConnection;
/** As JavaScript would call it. */
const unchecked = (options: object): never => options as never;

test('a connection has an address or a client, and an address is never repeated in an error', () => {
  const refused = (options: object) => () => redisConnection(unchecked(options));
  expect(refused({})).toThrow(/exactly one of url and client/u);
  expect(refused({ url: 'redis://h', client: { defineCommand: () => undefined } })).toThrow(/exactly one/u);
  expect(refused({ url: 'http://user:sesame@h' })).toThrow(/url: must begin with redis:/u);
  expect(refused({ url: 'http://user:sesame@h' })).not.toThrow(/sesame/u);
  expect(refused({ url: 'redis://h', commandTimeoutMs: 0, unansweredMax: 0.5, keyPrefix: '{x}', observe: 1 })).toThrow(
    /keyPrefix[^]*commandTimeoutMs[^]*unansweredMax[^]*observe/u,
  );
});

test('every use has to say whether it is open or closed: there is no default', () => {
  const use = { connection, name: 'shop' };
  const factories = [
    () => requestFilter(unchecked({ ...use, leaseMs: 1, keepMs: 1 })),
    () => idempotencyCache(unchecked({ ...use, keepMs: 1 })),
    () => cacheAside(unchecked({ ...use, schema: z.string(), ttlMs: 1 })),
    () => rateLimiter(unchecked({ ...use, global: { requests: 1, periodMs: 1 } })),
    () => concurrencyLimiter(unchecked({ ...use, limit: 1, leaseMs: 1 })),
  ];
  for (const factory of factories) expect(factory).toThrow(/onFailure: must be 'open' or 'closed'/u);
});

test('all problems are named at once, with their paths, and options that do not exist are among them', () => {
  const wrong = { connection: {}, name: '{x}', onFailure: 'maybe', leaseMs: -1, ttlMs: 5 };
  expect(() => requestFilter(unchecked(wrong))).toThrow(
    /requestFilter:[^]*connection[^]*name[^]*onFailure[^]*leaseMs[^]*keepMs[^]*ttlMs/u,
  );
  expect(() => requestFilter(unchecked(wrong))).toThrow(expect.objectContaining({ code: 'invalid-options' }));
  expect(() => concurrencyLimiter(unchecked({ connection, name: 'x', onFailure: 'open', limit: 0 }))).toThrow(
    /limit[^]*leaseMs/u,
  );
});

test.each([
  [{}, /perKey, global or both/u],
  [{ perKey: { requests: 0, periodMs: 1000 } }, /perKey\.requests/u],
  [{ perKey: { requests: 1001, periodMs: 1 } }, /perKey\.requests: must be at most 1,000 a millisecond/u],
  [{ global: { requests: 1, periodMs: 31_000_000_000, burst: 2 } }, /global\.burst: must not take more than a year/u],
])('a rate is one that can be kept: %j', (rates, problem) => {
  expect(() => rateLimiter(unchecked({ connection, name: 'x', onFailure: 'open', ...rates }))).toThrow(problem);
});
