import { Client } from 'pg';
import type { ClientConfig } from 'pg';
import { PostgresStoreError } from '../postgres-error.ts';
import { pause } from '../time/pause.ts';
import { isDirect } from './is-direct.ts';
import type { PgSettings } from './pg-options.ts';

export interface PgListener {
  /** Resolves at once; listens, and comes again after every loss, in the background. */
  readonly listen: (channel: string, wake: () => void, fail: (error: unknown) => void) => Promise<() => Promise<void>>;
  readonly close: () => Promise<void>;
}

/** Listens on direct connections of its own: behind a transaction pooler LISTEN is forgotten without a word. */
export function pgListener(settings: PgSettings, config: ClientConfig): PgListener {
  const { isListening, listenUrl } = settings;
  const ending = new AbortController();
  const running = new Set<Promise<void>>();
  const direct = listenUrl === undefined ? config : { ...config, connectionString: listenUrl };

  return {
    listen: async (channel, wake, fail) => {
      if (!isListening) return async () => undefined;
      const stop = new AbortController();
      const signal = AbortSignal.any([stop.signal, ending.signal]);
      const run = listenUntil(signal, { channel, wake, fail, config: direct, settings });
      running.add(run);
      return async () => {
        stop.abort();
        await run;
        running.delete(run);
      };
    },
    close: async () => {
      ending.abort();
      await Promise.all(running);
    },
  };
}

interface Listening {
  readonly channel: string;
  readonly wake: () => void;
  readonly fail: (error: unknown) => void;
  readonly config: ClientConfig;
  readonly settings: PgSettings;
}

/** Never rejects: who listens also polls. */
async function listenUntil(signal: AbortSignal, listening: Listening): Promise<void> {
  const { clock, random, reconnectMs } = listening.settings;
  let waitMs = reconnectMs.first;
  while (!signal.aborted) {
    const end = await listenOnce(signal, listening);
    // A pooler does not become a server by being asked again.
    if (end === 'refused') return;
    waitMs = end === 'lost' ? reconnectMs.first : Math.min(waitMs * 2, reconnectMs.max);
    await pause(clock, waitMs * (0.5 + random() / 2), signal);
  }
}

/** One connection, from its beginning to its end. */
async function listenOnce(
  signal: AbortSignal,
  { channel, wake, fail, config }: Listening,
): Promise<'lost' | 'failed' | 'refused'> {
  const client = new Client(config);
  const lost = Promise.withResolvers<void>();
  client.on('error', () => lost.resolve());
  client.on('end', () => lost.resolve());
  client.on('notification', wake);
  const onAbort = (): void => lost.resolve();
  signal.addEventListener('abort', onAbort);
  try {
    await client.connect();
    if (!(await isDirect(client))) {
      fail(throughPooler());
      return 'refused';
    }
    await client.query(`listen ${client.escapeIdentifier(channel)}`);
    // What was committed while nobody listened.
    wake();
    if (!signal.aborted) await lost.promise;
    return 'lost';
  } catch (error) {
    fail(error);
    return 'failed';
  } finally {
    signal.removeEventListener('abort', onAbort);
    await client.end().catch(() => undefined);
  }
}

function throughPooler(): PostgresStoreError {
  return new PostgresStoreError(
    'listen-through-pooler',
    'A pooler is in front of the server, and would lose what is notified: give listenUrl the server itself, or off.',
  );
}
