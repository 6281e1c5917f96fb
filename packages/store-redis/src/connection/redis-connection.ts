import type { NewId, Random } from '@waybill/core/driver';
import { redisErrorOf } from '../errors/redis-error-of.ts';
import type { RedisClock } from '../time/system-clock.ts';
import { commandSender } from './command-sender.ts';
import { inspectRedis } from './inspect-redis.ts';
import type { RedisInspection } from './inspect-redis.ts';
import { openClient } from './open-client.ts';
import { readConnectionOptions } from './redis-connection-options.ts';
import type { RedisClient, RedisConnectionOptions, RedisFailure } from './redis-connection-options.ts';

/** Redis with the limits that keep its troubles its own: every command ends in time, and nothing piles up behind a server that is gone. */
export interface RedisConnection {
  readonly client: RedisClient;
  readonly keyPrefix: string;
  /**
   * Runs one command. Without a connection it fails at once instead of being queued; only the first ones wait for the first connection.
   * @throws RedisStoreError always of this class, with what Redis or ioredis said as its cause; after `timeout` it may have happened
   */
  readonly send: <Reply>(command: (client: RedisClient) => Promise<Reply>) => Promise<Reply>;
  /** Hands a failure to `observe`. */
  readonly report: (failure: RedisFailure) => void;
  /** For health checks. */
  readonly inspect: () => Promise<RedisInspection>;
  /** Refuses what comes later; ends the client if it was made here. Idempotent. */
  readonly close: () => Promise<void>;
  readonly clock: RedisClock;
  readonly random: Random;
  readonly newId: NewId;
}

/**
 * Opens Redis for any number of uses. Returns at once: a server that is down is a matter of `onFailure`, not of the start.
 * @throws RedisStoreError `invalid-options`
 */
export function redisConnection(options: RedisConnectionOptions): RedisConnection {
  const settings = readConnectionOptions(options);
  const { clock, random, newId, observe, keyPrefix } = settings;
  const opened = openClient(settings, (error) => observe({ use: 'connection', error: redisErrorOf(error) }));
  const { send, refuse, rest } = commandSender(opened, settings);
  let closing: Promise<void> | undefined;
  return {
    client: opened.client,
    keyPrefix,
    clock,
    random,
    newId,
    send,
    report: (failure) => observe(failure),
    inspect: () => inspectRedis(send, clock),
    close: () => {
      refuse();
      closing ??= opened.end().then(rest);
      return closing;
    },
  };
}
