import type { NewId, Random } from '@waybill/core/driver';
import { redisErrorCodeOf } from '../errors/redis-error-code-of.ts';
import { RedisStoreError } from '../errors/redis-store-error.ts';
import type { RedisClock } from '../time/system-clock.ts';
import { commandDeadlines } from './command-deadlines.ts';
import { inspectRedis } from './inspect-redis.ts';
import type { RedisInspection } from './inspect-redis.ts';
import { openClient } from './open-client.ts';
import { readConnectionOptions } from './redis-connection-options.ts';
import type { RedisClient, RedisConnectionOptions, RedisFailure } from './redis-connection-options.ts';
import { watchStart } from './watch-start.ts';

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
  const { clock, random, newId, observe, keyPrefix, commandTimeoutMs, unansweredMax } = settings;
  const report = (failure: RedisFailure): void => observe(failure);
  const { client, beforeCommand, end } = openClient(settings, (error) =>
    report({ use: 'connection', error: coded(error) }),
  );
  const start = watchStart(client);
  const deadlines = commandDeadlines(clock, commandTimeoutMs);
  let unanswered = 0;
  let isClosed = false;

  const refusal = (): RedisStoreError | undefined => {
    if (isClosed) return new RedisStoreError('closed', 'The connection to Redis was closed.');
    if (client.status !== 'ready')
      return new RedisStoreError('unavailable', `Redis is not connected (${client.status}).`);
    if (unanswered < unansweredMax) return undefined;
    return new RedisStoreError('overloaded', `Redis has not answered ${unanswered} commands.`);
  };

  const sendNow = <Reply>(command: (client: RedisClient) => Promise<Reply>): Promise<Reply> => {
    const refused = refusal();
    if (refused !== undefined) return Promise.reject(refused);
    return new Promise((resolve, reject) => {
      beforeCommand();
      const answer = command(client);
      unanswered += 1;
      const deadline = deadlines.add(() => {
        reject(new RedisStoreError('timeout', `Redis has not answered within ${commandTimeoutMs} ms.`));
      });
      const settle = (): void => {
        unanswered -= 1;
        deadlines.drop(deadline);
      };
      answer.then(
        (reply) => {
          settle();
          resolve(reply);
        },
        (error: unknown) => {
          settle();
          reject(coded(error));
        },
      );
    });
  };

  const sendAfterStart = async <Reply>(command: (client: RedisClient) => Promise<Reply>): Promise<Reply> => {
    await new Promise<void>((resolve) => {
      const deadline = deadlines.add(resolve);
      void start.ended.then(() => {
        deadlines.drop(deadline);
        resolve();
      });
    });
    return sendNow(command);
  };

  const send: RedisConnection['send'] = (command) => (start.isOver() ? sendNow(command) : sendAfterStart(command));

  return {
    client,
    keyPrefix,
    clock,
    random,
    newId,
    report,
    send,
    inspect: () => inspectRedis(send, clock),
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await end();
      deadlines.rest();
    },
  };
}

function coded(error: unknown): RedisStoreError {
  if (error instanceof RedisStoreError) return error;
  const code = redisErrorCodeOf(error);
  return new RedisStoreError(code, `Redis: ${code}.`, { cause: error });
}
