import type { SqlChange, SqlQuery, SqlStatement } from './sql-query.ts';

/** Counts what statements change in one statement, for a client that cannot send several at once. They are INSERT, UPDATE or DELETE. */
export const changeByQuery =
  (query: SqlQuery): SqlChange =>
  async (statements) => {
    const [first, ...others] = statements;
    if (first === undefined) return [];
    if (others.length === 0) return [(await query(`${first.text} returning 1`, first.values)).rows.length];
    const { text, values } = countAll(statements);
    const { rows } = await query(text, values);
    return statements.map((_, at) => Number(rows[0]?.[`count_${at}`]));
  };

/** The counts are taken from left to right, and each statement runs when it is counted. */
function countAll(statements: readonly SqlStatement[]): SqlStatement {
  const values: unknown[] = [];
  const parts = statements.map((statement, at) => {
    const text = statement.text.replaceAll(/\$(\d+)/g, (_, place) => `$${values.length + Number(place)}`);
    values.push(...statement.values);
    return `part_${at} as (${text} returning 1)`;
  });
  const counts = statements.map((_, at) => `(select count(*) from part_${at})::text as count_${at}`);
  return { text: `with ${parts.join(', ')} select ${counts.join(', ')}`, values };
}
