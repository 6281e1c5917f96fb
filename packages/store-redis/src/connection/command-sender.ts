import { redisErrorOf } from '../errors/redis-error-of.ts';
import { RedisStoreError } from '../errors/redis-store-error.ts';
import { commandDeadlines } from './command-deadlines.ts';
import type { Deadline } from './command-deadlines.ts';
import type { OpenedClient } from './open-client.ts';
import type { RedisClient, RedisConnectionSettings } from './redis-connection-options.ts';
import { watchStart } from './watch-start.ts';

export type Command<Reply> = (client: RedisClient) => Promise<Reply>;

export interface CommandSender {
  readonly send: <Reply>(command: Command<Reply>) => Promise<Reply>;
  /** Refuses what comes later. */
  readonly refuse: () => void;
  /** Lets go of the timer where nothing waits for an answer. */
  readonly rest: () => void;
}

/** Commands with a time limit, of which only so many may be unanswered, and none waits for a connection that was lost. */
export function commandSender(
  { client, beforeCommand }: OpenedClient,
  { clock, commandTimeoutMs, unansweredMax }: RedisConnectionSettings,
): CommandSender {
  const start = watchStart(client);
  const deadlines = commandDeadlines(clock, commandTimeoutMs);
  let unanswered = 0;
  let isClosed = false;

  const refusal = (): RedisStoreError | undefined => {
    if (isClosed) return new RedisStoreError('closed', 'The connection to Redis was closed.');
    if (client.status !== 'ready') {
      return new RedisStoreError('unavailable', `Redis is not connected (${client.status}).`);
    }
    if (unanswered < unansweredMax) return undefined;
    return new RedisStoreError('overloaded', `Redis has not answered ${unanswered} commands.`);
  };

  const settle = (deadline: Deadline): void => {
    unanswered -= 1;
    deadlines.drop(deadline);
  };

  const sendNow = <Reply>(command: Command<Reply>): Promise<Reply> => {
    const refused = refusal();
    if (refused !== undefined) return Promise.reject(refused);
    return new Promise((resolve, reject) => {
      // The only one under way has nobody to wait for.
      if (unanswered > 0) beforeCommand();
      const answer = command(client);
      unanswered += 1;
      const deadline = deadlines.add(() => {
        reject(new RedisStoreError('timeout', `Redis has not answered within ${commandTimeoutMs} ms.`));
      });
      answer.then(
        (reply) => {
          settle(deadline);
          resolve(reply);
        },
        (error: unknown) => {
          settle(deadline);
          reject(redisErrorOf(error));
        },
      );
    });
  };

  const started = (): Promise<void> =>
    new Promise((resolve) => {
      const deadline = deadlines.add(resolve);
      void start.ended.then(() => {
        deadlines.drop(deadline);
        resolve();
      });
    });

  return {
    send: (command) => (start.isOver() || isClosed ? sendNow(command) : started().then(() => sendNow(command))),
    refuse: () => void (isClosed = true),
    rest: deadlines.rest,
  };
}
