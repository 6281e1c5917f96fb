import type { NewId, Random } from '@waybill/core/driver';
import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';
import type { RedisStoreError } from '../errors/redis-store-error.ts';
import { fields } from '../options/fields.ts';
import { parseOptions } from '../options/parse-options.ts';
import { systemNewId, systemRandom } from '../time/system-chance.ts';
import { systemClock } from '../time/system-clock.ts';
import type { RedisClock } from '../time/system-clock.ts';

/** A client of ioredis 5 or 6, of one server, of sentinels or of a cluster. */
export type RedisClient = Redis | Cluster;

export interface RedisConnectionOptions {
  /** `redis:` or `rediss:` address; the client is then made here, and closed by `close`. Either this or `client`. */
  readonly url?: string;
  /** A client of yours, which stays yours: its error events and its end. */
  readonly client?: RedisClient;
  /** First part of every key. 1 to 64 letters, digits, `.`, `-`, `_`, `:`. Default `waybill`. */
  readonly keyPrefix?: string;
  /** How long a command may wait for its answer; also how long the first ones wait for the connection. Default 500. */
  readonly commandTimeoutMs?: number;
  /** Commands that Redis has not answered, those that timed out here included; beyond it they are `overloaded`. Default 10,000. */
  readonly unansweredMax?: number;
  /** Told of every failure of Redis, those that a fail-open use goes on after above all. Must not throw. */
  readonly observe?: (failure: RedisFailure) => void;
  readonly clock?: RedisClock;
  readonly random?: Random;
  readonly newId?: NewId;
}

export interface RedisFailure {
  /** The name of the use, or `connection`. */
  readonly use: string;
  readonly error: RedisStoreError;
}

/** Options with every default filled in. */
export interface RedisConnectionSettings {
  readonly url?: string | undefined;
  readonly client?: RedisClient | undefined;
  readonly keyPrefix: string;
  readonly commandTimeoutMs: number;
  readonly unansweredMax: number;
  readonly observe: (failure: RedisFailure) => void;
  readonly clock: RedisClock;
  readonly random: Random;
  readonly newId: NewId;
}

const anyFunction = <Shape>(): z.ZodType<Shape> =>
  z.custom<Shape>((value) => typeof value === 'function', 'must be a function');

const schema = z
  .strictObject({
    url: z.string().optional(),
    client: z
      .custom<RedisClient>(
        (value) => typeof value === 'object' && value !== null && 'defineCommand' in value,
        'must be a client of ioredis',
      )
      .optional(),
    keyPrefix: z
      .string()
      .regex(/^[\w.:-]{1,64}$/u, 'must be 1 to 64 letters, digits, and .:-_')
      .default('waybill'),
    commandTimeoutMs: fields.timerMs.default(500),
    unansweredMax: z.int().min(1).max(1_000_000).default(10_000),
    observe: anyFunction<(failure: RedisFailure) => void>().default(() => () => undefined),
    clock: z.custom<RedisClock>((value) => typeof value === 'object' && value !== null).default(systemClock),
    random: anyFunction<Random>().default(() => systemRandom),
    newId: anyFunction<NewId>().default(() => systemNewId),
  })
  .refine(({ url, client }) => (url === undefined) !== (client === undefined), {
    message: 'exactly one of url and client must be given',
  })
  .refine(({ url }) => url === undefined || /^rediss?:\/\//u.test(url), {
    path: ['url'],
    // Never the address itself: it may hold a password.
    message: 'must begin with redis:// or rediss://',
  });

/** @throws RedisStoreError `invalid-options`, naming every problem with its path */
export const readConnectionOptions = (options: RedisConnectionOptions): RedisConnectionSettings =>
  parseOptions('redisConnection', schema, options);
