import type { SqlQuery } from '../sql/sql-query.ts';

/** The version of the schema; `undefined` where there is none. */
export async function readVersion(query: SqlQuery, schema: string): Promise<number | undefined> {
  const table = `${schema}.migrations`;
  const found = await query('select to_regclass($1::text)::text as found', [table]);
  if (found.rows[0]?.['found'] === null) return undefined;
  const { rows } = await query(`select max(version)::text as version from ${table}`);
  const version = rows[0]?.['version'];
  return version === null || version === undefined ? undefined : Number(version);
}
