import type { Endpoint, ServerIdentity } from './exchange.ts';
import { probePostgres } from './probe-postgres.ts';

/**
 * Opens a session on the server behind it, then one on its console, which tells its version. A pooler that keeps its console to others is up as
 * well, but keeps its version to itself.
 */
export async function probePgbouncer(endpoint: Endpoint, user: string, database: string): Promise<ServerIdentity> {
  await probePostgres(endpoint, user, database);
  const { version } = await probePostgres(endpoint, user, 'pgbouncer').catch(() => ({ version: 'unknown' }));
  return { product: 'PgBouncer', version: version.split('/')[0] ?? 'unknown' };
}
