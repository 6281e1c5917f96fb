import type { StoreDatabase } from '@waybill/conformance';
import type { SqlTransaction } from '../sql/database.ts';
import type { SqlQuery } from '../sql/sql-query.ts';

/**
 * A table as a user has it, in the schema of the case, and what is looked at past the store.
 * @param query on a connection that no store has
 */
export async function createEffects(query: SqlQuery, schema: string): Promise<Omit<StoreDatabase, 'open'>> {
  await query(`create table ${schema}.effects (id text primary key)`);
  return {
    writeRow: async (native, id) => {
      await (native as SqlTransaction).query(`insert into ${schema}.effects values ($1)`, [id]);
    },
    rows: async () => {
      const { rows } = await query(`select id from ${schema}.effects order by id`);
      return rows.map(({ id }) => String(id));
    },
    fenceRecords: async () => {
      const { rows } = await query(`select count(*)::text as count from ${schema}.cursors`);
      return Number(rows[0]?.['count']);
    },
    drop: async () => {
      await query(`drop schema ${schema} cascade`);
    },
  };
}
