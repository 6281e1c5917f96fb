import type { SqlQuery } from '../sql/sql-query.ts';

/** Resolves once so many sessions of the database wait for a lock. */
export async function untilWaiting(query: SqlQuery, sessions = 1): Promise<void> {
  for (let looks = 0; looks < 2000; looks += 1) {
    const { rows } = await query(
      `select count(*)::text as count from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
    );
    if (Number(rows[0]?.['count']) >= sessions) return;
  }
  throw new Error('Nobody waits for a lock.');
}
