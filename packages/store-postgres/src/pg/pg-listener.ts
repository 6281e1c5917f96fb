import { Client } from 'pg';
import type { ClientConfig } from 'pg';
import { pause } from '../time/pause.ts';
import type { PgSettings } from './pg-options.ts';

export interface PgListener {
  /** Resolves at once; listens, and comes again after every loss, in the background. */
  readonly listen: (channel: string, wake: () => void) => Promise<() => Promise<void>>;
  readonly close: () => Promise<void>;
}

/** Listens on direct connections of its own: behind a transaction pooler LISTEN is forgotten without a word. */
export function pgListener(settings: PgSettings, config: ClientConfig): PgListener {
  const { isListening, listenUrl } = settings;
  const ending = new AbortController();
  const running = new Set<Promise<void>>();
  const direct = listenUrl === undefined ? config : { ...config, connectionString: listenUrl };

  return {
    listen: async (channel, wake) => {
      if (!isListening) return async () => undefined;
      const stop = new AbortController();
      const signal = AbortSignal.any([stop.signal, ending.signal]);
      const run = listenUntil(signal, { channel, wake, config: direct, settings });
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
  readonly config: ClientConfig;
  readonly settings: PgSettings;
}

/** Never rejects: who listens also polls. */
async function listenUntil(signal: AbortSignal, listening: Listening): Promise<void> {
  const { clock, random, reconnectMs } = listening.settings;
  let waitMs = reconnectMs.first;
  while (!signal.aborted) {
    const wasListening = await listenOnce(signal, listening);
    waitMs = wasListening ? reconnectMs.first : Math.min(waitMs * 2, reconnectMs.max);
    await pause(clock, waitMs * (0.5 + random() / 2), signal);
  }
}

/** One connection, from its beginning to its end. Answers whether it came to listen. */
async function listenOnce(signal: AbortSignal, { channel, wake, config }: Listening): Promise<boolean> {
  const client = new Client(config);
  const lost = Promise.withResolvers<void>();
  client.on('error', () => lost.resolve());
  client.on('end', () => lost.resolve());
  client.on('notification', wake);
  const onAbort = (): void => lost.resolve();
  signal.addEventListener('abort', onAbort);
  try {
    await client.connect();
    await client.query(`listen ${client.escapeIdentifier(channel)}`);
    // What was committed while nobody listened.
    wake();
    if (!signal.aborted) await lost.promise;
    return true;
  } catch {
    return false;
  } finally {
    signal.removeEventListener('abort', onAbort);
    await client.end().catch(() => undefined);
  }
}
