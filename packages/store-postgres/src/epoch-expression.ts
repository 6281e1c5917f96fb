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
const systemIdentifier = '(pg_control_system()).system_identifier::text';
/** The folder of a file of this database, whatever its tablespace. */
const databaseId = "substring(pg_relation_filepath('pg_class') from '([0-9]+)/[0-9]+$')";

/**
 * System and database, which no session ever changes: kept in a setting of the session, because the control file is read anew by each call
 * (0.15 ms, as much as the rest of what a message costs). A pooler may pass the session on: what it says is true for all. Without a query in it, which
 * every statement would be prepared for, whether it is asked or not (12 µs).
 */
const kept = "nullif(current_setting('waybill.server', true), '')";
const looked = `set_config('waybill.server', ${systemIdentifier} || '.~.' || ${databaseId}, false)`;

const serverEpoch = `replace(coalesce(${kept}, ${looked}), '~', ${timeline}::text)`;
