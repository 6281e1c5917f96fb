import { Pool } from 'pg';
import type { ClientConfig } from 'pg';
import type { Database } from '../sql/database.ts';
import { WorkUnderWay } from '../sql/work-under-way.ts';
import { AnswerLimit } from './answer-limit.ts';
import { connectionLender } from './connection-lender.ts';
import type { LendConnection } from './connection-lender.ts';
import { pgListener } from './pg-listener.ts';
import { readPgOptions } from './pg-options.ts';
import type { PgDatabaseOptions, PgSettings } from './pg-options.ts';
import { pgSessions } from './pg-sessions.ts';
import type { PgSessions } from './pg-sessions.ts';
import type { PgTransactionClient } from './pg-transaction-client.ts';
import { runPgTransaction } from './run-pg-transaction.ts';

/**
 * A PostgreSQL server through `pg`: a bounded pool for transactions, and apart from it one for the store's own statements. Connects when it
 * is first used.
 * @throws PostgresStoreError `illegal-options`, naming every problem
 */
export function pgDatabase(options: PgDatabaseOptions = {}): Database<PgTransactionClient> {
  const settings = readPgOptions(options);
  const { connectionsMax, ownConnectionsMax, connectTimeoutMs, statementTimeoutMs } = settings;
  const sessions = pgSessions(settings.preparedStatements, settings);
  // The server's limit comes first; this one is for a network that swallows its answer.
  const handlers = openPool(settings, {
    max: connectionsMax,
    answerTimeoutMs: statementTimeoutMs + connectTimeoutMs,
    onConnect: sessions.onConnectForTransactions,
  });
  // The server's limit would need a transaction around each; the client's ends the wait, and the connection with it.
  const own = openPool(settings, {
    max: ownConnectionsMax,
    answerTimeoutMs: statementTimeoutMs,
    onConnect: sessions.onConnect,
  });
  const transactions = { lend: handlers.lend, sessions };
  const listener = pgListener(settings, clientConfig(settings));
  const underWay = new WorkUnderWay();

  return {
    kind: 'server',
    transaction: (work) => underWay.track(() => runPgTransaction(transactions, work)),
    query: (text, values) =>
      underWay.track(() =>
        own.lend((connection) => connection.ask(sessions.statementOf(connection.client)(text, values))),
      ),
    listen: (channel, wake, fail) => underWay.track(() => listener.listen(channel, wake, fail)),
    // Only then: a pool that ends serves nobody who still waits for a connection.
    close: () =>
      underWay.close(async () => {
        await Promise.all([listener.close(), handlers.end(), own.end()]);
      }),
  };
}

interface PoolOptions {
  readonly max: number;
  readonly answerTimeoutMs: number;
  readonly onConnect: PgSessions['onConnect'];
}

interface LendingPool {
  readonly lend: LendConnection;
  readonly end: () => Promise<void>;
}

function openPool(settings: PgSettings, { max, answerTimeoutMs, onConnect }: PoolOptions): LendingPool {
  const limit = new AnswerLimit(settings.clock, answerTimeoutMs);
  const pool = new Pool({
    ...clientConfig(settings),
    max,
    // oxlint-disable-next-line no-misused-promises -- the pool awaits it; its types do not say so
    onConnect: async (client) => {
      const asked = limit.begin(client);
      await onConnect(client).finally(() => limit.end(asked));
    },
  });
  return { lend: connectionLender(pool, limit), end: () => pool.end().finally(() => limit.close()) };
}

function clientConfig({ url, client, applicationName, connectTimeoutMs }: PgSettings): ClientConfig {
  return {
    ...(url === undefined ? {} : { connectionString: url }),
    application_name: applicationName,
    keepAlive: true,
    connectionTimeoutMillis: connectTimeoutMs,
    ...client,
  };
}
