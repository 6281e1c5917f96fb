import { PostgresStoreError } from '../postgres-error.ts';
import type { SqlQuery } from '../sql/sql-query.ts';

/** What takes every text as the client gives it: the second one asks nothing of the bytes. */
const usable: ReadonlySet<string> = new Set(['UTF8', 'SQL_ASCII']);

/**
 * Says whether the database can keep every key and every body. Another encoding would refuse the first one in another language, in the middle of an
 * order.
 * @throws PostgresStoreError `encoding-unsupported`
 */
export async function verifyEncoding(query: SqlQuery): Promise<void> {
  const { rows } = await query('select getdatabaseencoding()::text as encoding');
  const encoding = String(rows[0]?.['encoding']);
  if (usable.has(encoding)) return;
  throw new PostgresStoreError(
    'encoding-unsupported',
    `The database has the encoding ${encoding}, in which not every text can be kept: use one that was created with UTF8.`,
  );
}
