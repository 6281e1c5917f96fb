import { z } from 'zod';
import { defineScript } from '../connection/define-script.ts';
import type { RedisErrorCode } from '../errors/redis-error-code.ts';
import { RedisStoreError } from '../errors/redis-store-error.ts';
import { keyText } from '../keys/key-text.ts';
import { fields } from '../options/fields.ts';
import { parseOptions } from '../options/parse-options.ts';
import { answerFailure } from '../options/redis-use.ts';
import type { RedisUse } from '../options/redis-use.ts';
import { acquireScript, renewScript } from './concurrency-scripts.ts';

export interface ConcurrencyLimiterOptions extends RedisUse {
  /** How many of a key may be at work at once, over all processes. */
  readonly limit: number;
  /** A slot whose holder is silent for so long is free again. Renew it well before. */
  readonly leaseMs: number;
}

/** Slots with leases, on the clock of the server. Losing Redis may let more work at once than the limit says. Calls may overlap. */
export interface ConcurrencyLimiter {
  /** @throws RedisStoreError when Redis fails and the limiter is fail-closed; `invalid-argument` */
  readonly acquire: (key: string) => Promise<SlotAnswer>;
}

export type SlotAnswer =
  | { readonly status: 'acquired'; readonly slot: Slot }
  /** `retryAfterMs`: until the first lease ends; a slot may be given back before. */
  | { readonly status: 'full'; readonly retryAfterMs: number }
  /** Redis failed and the limiter is fail-open: the slot is nobody's, and renewing it says `false`. */
  | { readonly status: 'unlimited'; readonly slot: Slot; readonly code: RedisErrorCode };

/** A place among those at work, of this holder alone. */
export interface Slot {
  /** Begins the lease anew. `false` when it had ended or Redis fails: others may be at work in its place. */
  readonly renew: () => Promise<boolean>;
  /** Gives it back. `false` when it had ended or Redis fails; the lease then ends by itself. */
  readonly release: () => Promise<boolean>;
}

const schema = z.strictObject({
  connection: fields.connection,
  name: fields.name,
  onFailure: fields.onFailure,
  limit: z.int().min(1).max(100_000),
  leaseMs: fields.expiryMs,
});

/** @throws RedisStoreError `invalid-options` */
export function concurrencyLimiter(options: ConcurrencyLimiterOptions): ConcurrencyLimiter {
  const settings: ConcurrencyLimiterOptions = parseOptions('concurrencyLimiter', schema, options);
  const { connection, name, limit, leaseMs } = settings;
  const acquisition = defineScript(connection.client, acquireScript);
  const renewal = defineScript(connection.client, renewScript);

  const succeeds = async (command: () => Promise<unknown>): Promise<boolean> => {
    try {
      return (await command()) === 1;
    } catch (error) {
      if (!(error instanceof RedisStoreError)) throw error;
      connection.report({ use: name, error });
      return false;
    }
  };

  const slotOf = (redisKey: string, token: string): Slot => ({
    renew: () => succeeds(() => connection.send((client) => renewal(client, redisKey, token, leaseMs))),
    release: () => succeeds(() => connection.send((client) => client.zrem(redisKey, token))),
  });

  return {
    acquire: async (key) => {
      const redisKey = `${connection.keyPrefix}:slots:${name}:{${keyText(key)}}`;
      const token = connection.newId();
      const slot = slotOf(redisKey, token);
      try {
        const waitMs = await connection.send((client) => acquisition(client, redisKey, token, leaseMs, limit));
        return waitMs === 0 ? { status: 'acquired', slot } : { status: 'full', retryAfterMs: Number(waitMs) };
      } catch (error) {
        if (!(error instanceof RedisStoreError)) throw error;
        return answerFailure(settings, error, ({ code }) => ({ status: 'unlimited', slot, code }));
      }
    },
  };
}
