export { cacheAside } from './cache/cache-aside.ts';
export type { CacheAside } from './cache/cache-aside.ts';
export type { CacheAsideOptions } from './cache/cache-aside-options.ts';
export { redisConnection } from './connection/redis-connection.ts';
export type { RedisConnection } from './connection/redis-connection.ts';
export type { RedisClient, RedisConnectionOptions, RedisFailure } from './connection/redis-connection-options.ts';
export type { RedisInspection } from './connection/inspect-redis.ts';
export type { RedisErrorCode } from './errors/redis-error-code.ts';
export { redisErrorCodeOf } from './errors/redis-error-code-of.ts';
export { redisErrorTable } from './errors/redis-error-table.ts';
export type { RedisErrorEntry } from './errors/redis-error-table.ts';
export { RedisStoreError } from './errors/redis-store-error.ts';
export { requestFilter } from './filter/request-filter.ts';
export type {
  FilterClaim,
  FilteredWork,
  FilterOutcome,
  FilterRepeat,
  FilterTicket,
  RequestFilter,
} from './filter/request-filter.ts';
export type { RequestFilterOptions } from './filter/request-filter-options.ts';
export { idempotencyCache } from './idempotency/idempotency-cache.ts';
export type { CachedAnswer, IdempotencyCache, IdempotencyCacheOptions } from './idempotency/idempotency-cache.ts';
export { concurrencyLimiter } from './limits/concurrency-limiter.ts';
export type { ConcurrencyLimiter, ConcurrencyLimiterOptions, Slot, SlotAnswer } from './limits/concurrency-limiter.ts';
export { rateLimiter } from './limits/rate-limiter.ts';
export type { RateLimiter, RateVerdict } from './limits/rate-limiter.ts';
export type { Rate, RateLimiterOptions } from './limits/rate-limiter-options.ts';
export type { RedisUse } from './options/redis-use.ts';
export type { RedisClock } from './time/system-clock.ts';
