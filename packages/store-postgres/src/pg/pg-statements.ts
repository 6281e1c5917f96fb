import type { ClientBase } from 'pg';
import { isDirect } from './is-direct.ts';
import { namedStatements, unnamedStatement } from './pg-statement.ts';
import type { PgStatement } from './pg-statement.ts';

/** Whether the store's own statements are prepared: `auto` where the session is the connection's own. */
export type PreparedStatements = 'auto' | boolean;

/** How statements are put to each connection of a pool. */
export interface PgStatements {
  /** Looks at a new connection. */
  readonly onConnect: (client: ClientBase) => Promise<void>;
  readonly of: (client: ClientBase) => PgStatement;
}

/**
 * Prepared statements save the server half of what a statement of the store costs, and a pooler in transaction mode may lose them.
 */
export function pgStatements(prepared: PreparedStatements): PgStatements {
  const named = namedStatements();
  if (prepared !== 'auto') {
    const always = prepared ? named : unnamedStatement;
    return { onConnect: async () => undefined, of: () => always };
  }
  const direct = new WeakSet<ClientBase>();
  return {
    onConnect: async (client) => {
      if (await isDirect(client)) direct.add(client);
    },
    of: (client) => (direct.has(client) ? named : unnamedStatement),
  };
}
