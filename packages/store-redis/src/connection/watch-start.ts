import type { RedisClient } from './redis-connection-options.ts';

export interface Start {
  readonly isOver: () => boolean;
  /** Resolves when the first attempt to connect has ended, well or not; never rejects. */
  readonly ended: Promise<void>;
}

/** Tells a client that is about to connect for the first time, and may be waited for, from one that has lost its server. */
export function watchStart(client: RedisClient): Start {
  let isOver = !['wait', 'connecting', 'connect'].includes(client.status);
  const ended = new Promise<void>((resolve) => {
    const finish = (): void => {
      isOver = true;
      for (const event of ['ready', 'close', 'end'] as const) client.off(event, finish);
      resolve();
    };
    if (isOver) resolve();
    else for (const event of ['ready', 'close', 'end'] as const) client.on(event, finish);
  });
  // A lazy client connects with its first command, which would wait for the connection. What goes wrong, its events say.
  if (client.status === 'wait') client.connect().catch(() => undefined);
  return { isOver: () => isOver, ended };
}
