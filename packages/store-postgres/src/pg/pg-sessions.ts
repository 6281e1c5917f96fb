import type { ClientBase } from 'pg';
import { isDirect } from './is-direct.ts';
import { namedStatements, unnamedStatement } from './pg-statement.ts';
import type { OwnStatement, PgStatement } from './pg-statement.ts';

/** Whether the store's own statements are prepared: `auto` where the session is the connection's own. */
export type PreparedStatements = 'auto' | boolean;

/** The time limits of a transaction, in milliseconds. */
export interface TimeLimits {
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
}

/** What is done otherwise where the session behind a connection is its own, and not lent by a pooler for a transaction each. */
export interface PgSessions {
  /** Looks at a new connection. */
  readonly onConnect: (client: ClientBase) => Promise<void>;
  /** The same for a connection of transactions, which have a level and time limits. */
  readonly onConnectForTransactions: (client: ClientBase) => Promise<void>;
  readonly statementOf: (client: ClientBase) => PgStatement;
  /** BEGIN, with the level and the limits where the session must not keep them: it would bring them to other users of the pooler. */
  readonly beginOf: (client: ClientBase) => readonly OwnStatement[];
}

/**
 * Prepared statements save the server half of what a statement of the store costs, and what the session keeps of level and limits a twentieth of
 * a small transaction. A pooler in transaction mode may lose both.
 */
export function pgSessions(prepared: PreparedStatements, limits: TimeLimits): PgSessions {
  const named = namedStatements();
  const direct = new WeakSet<ClientBase>();
  const beginWithAll = ['begin isolation level read committed', ...setLimits('local', limits)];
  const ofSession = ["set session default_transaction_isolation = 'read committed'", ...setLimits('session', limits)];
  const statementOf: PgSessions['statementOf'] = (client) => {
    const isPrepared = prepared === 'auto' ? direct.has(client) : prepared;
    return isPrepared ? named : unnamedStatement;
  };
  const onConnect = async (client: ClientBase): Promise<void> => {
    if (await isDirect(client)) direct.add(client);
  };
  return {
    onConnect,
    onConnectForTransactions: async (client) => {
      await onConnect(client);
      if (direct.has(client)) await client.query(ofSession.join(';'));
    },
    statementOf,
    beginOf: (client) => (direct.has(client) ? ['begin'] : beginWithAll).map((text) => statementOf(client)(text)),
  };
}

const setLimits = (
  scope: 'local' | 'session',
  { statementTimeoutMs, lockTimeoutMs, idleInTransactionTimeoutMs }: TimeLimits,
): readonly string[] => [
  `set ${scope} statement_timeout = ${statementTimeoutMs}`,
  `set ${scope} lock_timeout = ${lockTimeoutMs}`,
  `set ${scope} idle_in_transaction_session_timeout = ${idleInTransactionTimeoutMs}`,
];
