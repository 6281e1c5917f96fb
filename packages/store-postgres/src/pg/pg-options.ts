import type { Random } from '@waybill/core/driver';
import type { ClientConfig } from 'pg';
import { z } from 'zod';
import { checkOptions } from '../check-options.ts';
import { systemClock } from '../time/system-clock.ts';
import type { PostgresClock } from '../time/system-clock.ts';
import { systemRandom } from '../time/system-random.ts';
import type { PreparedStatements } from './pg-sessions.ts';
import { pgSchema } from './pg-shape.ts';

export interface PgDatabaseOptions {
  /** `postgres://…`; a pooler in transaction mode will do. Default: what `PGHOST` and the like say. */
  readonly url?: string;
  /** Anything else that a client of `pg` takes, for example `ssl` or a `password` that is asked for; it goes over the URL. */
  readonly client?: Omit<ClientConfig, 'connectionString' | 'pipeline' | 'types' | 'query_timeout'>;
  /** Connections for handlers and `bus.transaction`, one each. Default 10. */
  readonly connectionsMax?: number;
  /** Connections apart from those, for relay, leases and reads, which handlers can never take. Default 2. */
  readonly ownConnectionsMax?: number;
  /** How long to wait for a connection, a free one or a new one. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Ends a statement that takes longer. Default 30,000. */
  readonly statementTimeoutMs?: number;
  /** Ends a statement that waits longer for a row, for example for a copy of the same message in another process. Default 5,000. */
  readonly lockTimeoutMs?: number;
  /** Ends a session that does nothing inside a transaction for longer; more than a handler may wait for anything. Default 60,000. */
  readonly idleInTransactionTimeoutMs?: number;
  /**
   * Prepares the store's own statements once for each connection, which saves the server half of their cost. Default `auto`: wherever no
   * pooler is in between, which is asked once for each connection. `true` only where a pooler keeps them (PgBouncer from 1.21).
   */
  readonly preparedStatements?: PreparedStatements;
  /** Where to listen for new outbox rows: a direct connection, never a pooler in transaction mode. `off` polls only. Default: `url`. */
  readonly listenUrl?: string;
  /** Waits between failed attempts to listen, doubled from the first to the second, with jitter. Default 100 to 10,000. */
  readonly reconnectMs?: { readonly first: number; readonly max: number };
  /** Shown in `pg_stat_activity`. Default `waybill`. */
  readonly applicationName?: string;
  readonly clock?: PostgresClock;
  readonly random?: Random;
}

/** Options with every default filled in. */
export interface PgSettings {
  readonly url: string | undefined;
  readonly client: ClientConfig;
  readonly connectionsMax: number;
  readonly ownConnectionsMax: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
  readonly preparedStatements: PreparedStatements;
  readonly isListening: boolean;
  /** `undefined`: what the environment says. */
  readonly listenUrl: string | undefined;
  readonly reconnectMs: { readonly first: number; readonly max: number };
  readonly applicationName: string;
  readonly clock: PostgresClock;
  readonly random: Random;
}

const schema = z
  .strictObject({
    ...pgSchema,
    client: z.looseObject({}).default({}),
    clock: z.custom<PostgresClock>().optional(),
    random: z.custom<Random>().optional(),
  })
  .refine(({ reconnectMs }) => reconnectMs.max >= reconnectMs.first, {
    path: ['reconnectMs', 'max'],
    error: 'must be at least reconnectMs.first',
  })
  .refine(({ statementTimeoutMs, lockTimeoutMs }) => statementTimeoutMs > lockTimeoutMs, {
    path: ['lockTimeoutMs'],
    error: 'must be less than statementTimeoutMs, which would come first',
  });

/** @throws PostgresStoreError `illegal-options`, naming every problem with its path */
export function readPgOptions(options: PgDatabaseOptions): PgSettings {
  const { listenUrl, url, clock, random, ...rest } = checkOptions('pgDatabase', schema, options);
  return {
    ...rest,
    url,
    isListening: listenUrl !== 'off',
    listenUrl: listenUrl ?? url,
    clock: clock ?? systemClock,
    random: random ?? systemRandom,
  };
}
