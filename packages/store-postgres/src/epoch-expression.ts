import type { Database } from './sql/database.ts';

/**
 * The name of the numbering, as SQL that is read with every write. On a server: its system, its timeline, which grows when a standby is
 * promoted or a backup is restored to a point in time, and its database. Elsewhere: a name that the first migration has made.
 */
export function epochExpression(kind: Database['kind'], schema: string): string {
  return kind === 'server' ? serverEpoch : `(select identity from ${schema}.store)`;
}

/** The first eight digits of a WAL file's name are the timeline, in hexadecimal: current, unlike the one in the control file. */
const timeline = "('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int";
const systemIdentifier = '(select system_identifier from pg_control_system())';
const databaseId = '(select oid from pg_database where datname = current_database())';

/**
 * System and database, which no session ever changes: kept in a setting of the session, because the control file is read anew by each call
 * (0.15 ms, as much as the rest of what a message costs). A pooler may pass the session on: what it says is true for all.
 */
const kept = "nullif(current_setting('waybill.server', true), '')";
const looked = `set_config('waybill.server', ${systemIdentifier}::text || '.~.' || ${databaseId}, false)`;

const serverEpoch = `replace(coalesce(${kept}, ${looked}), '~', ${timeline}::text)`;
