import { PostgresStoreError } from '../postgres-error.ts';
import type { SqlQuery } from '../sql/sql-query.ts';
import type { ClaimOptions } from './create-make-claims.ts';

export interface PruneInboxOptions {
  /**
   * Marks that are older go, but for those with a retention of their own, which go after that. Must be longer than any message may still come
   * again: the longest retention of the broker, the longest delay and the age at which dead letters are still replayed, all together. Without
   * its mark a repeated message has its effect again.
   */
  readonly olderThanMs: number;
  /** Rows that one statement deletes at most. Default 5,000: some tens of milliseconds, in which it holds up nobody. */
  readonly batch?: number;
}

/**
 * Resolves with the number of marks that are gone.
 * @throws PostgresStoreError `illegal-options`
 */
export type PruneInbox = (query: SqlQuery, options: PruneInboxOptions) => Promise<number>;

/**
 * Deletes old inbox marks, batch by batch. Not for use inside a transaction: each batch is to be committed by itself, so that it locks its own
 * rows only and only briefly; it passes over rows that somebody else holds. A lease that has not run out keeps its mark. Cursors and sequences
 * are never deleted: there is one a key, and without it numbers would be taken for new.
 */
export function createPruneInbox({ schema }: ClaimOptions): PruneInbox {
  const [over, old] = [pruneStatement(schema, isOver), pruneStatement(schema, isOld)];
  const inBatches = async (query: SqlQuery, statement: string, batch: number, ...more: string[]): Promise<number> => {
    let pruned = 0;
    for (;;) {
      const { rows } = await query(statement, [String(batch), ...more]);
      const { gone, found } = rows[0] ?? {};
      pruned += Number(gone);
      if (Number(found) < batch) return pruned;
    }
  };
  return async (query, { olderThanMs, batch = 5000 }) => {
    requireLegal(olderThanMs, batch);
    return (await inBatches(query, over, batch)) + (await inBatches(query, old, batch, String(olderThanMs)));
  };
}

/** A mark with a retention of its own. */
const isOver = 'keep_until < now()';
const isOld = `keep_until is null and claimed_at < now() - $2::text::double precision * interval '1 millisecond'`;

function requireLegal(olderThanMs: number, batch: number): void {
  if (Number.isFinite(olderThanMs) && olderThanMs > 0 && Number.isInteger(batch) && batch > 0) return;
  throw new PostgresStoreError('illegal-options', 'olderThanMs must be above 0, and batch a whole number above 0.');
}

const pruneStatement = (schema: string, condition: string): string => `
with old as materialized (
  select ctid as place from ${schema}.inbox
  where ${condition}
    and (lease_until is null or lease_until < now())
  limit $1::text::bigint for update skip locked
), gone as (
  delete from ${schema}.inbox where ctid = any (array(select place from old))
  returning key
)
select (select count(*) from gone)::text as gone, (select count(*) from old)::text as found`;
