import { Redis } from 'ioredis';
import type { RedisClient, RedisConnectionSettings } from './redis-connection-options.ts';
import { writeTogether } from './write-together.ts';

export interface OpenedClient {
  readonly client: RedisClient;
  /** Called before a command that has others beside it. */
  readonly beforeCommand: () => void;
  readonly end: () => Promise<void>;
}

/**
 * The client that was given, or one with settings for a server that may be gone: no queue while there is no connection, nothing sent again
 * by itself, and a silent socket given up.
 */
export function openClient(settings: RedisConnectionSettings, onError: (error: Error) => void): OpenedClient {
  if (settings.client !== undefined) {
    return { client: settings.client, beforeCommand: () => undefined, end: () => Promise.resolve() };
  }
  const client = new Redis(settings.url ?? '', {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: Math.max(1000, 4 * settings.commandTimeoutMs),
    socketTimeout: Math.max(2000, 4 * settings.commandTimeoutMs),
    connectionName: 'waybill',
  });
  // Without a listener ioredis writes to the console.
  client.on('error', onError);
  return { client, beforeCommand: writeTogether(client), end: () => endClient(client) };
}

/** Lets what was sent be answered, but never waits for a server that is gone. */
async function endClient(client: Redis): Promise<void> {
  if (client.status !== 'ready') {
    client.disconnect();
    return;
  }
  const ended = new Promise<void>((resolve) => {
    client.once('end', resolve);
  });
  client.quit().catch(() => client.disconnect());
  await ended;
}
