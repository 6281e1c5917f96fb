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
  const over = pruneStatement(schema, 'keep_until', isOver);
  const old = pruneStatement(schema, 'claimed_at', isOld);
  const inBatches = async (query: SqlQuery, statement: string, batch: number, ...more: string[]): Promise<number> => {
    let pruned = 0;
    let from = '-infinity';
    for (;;) {
      const { rows } = await query(statement, [String(batch), from, ...more]);
      const { gone, found, reached } = rows[0] ?? {};
      pruned += Number(gone);
      if (Number(found) < batch) return pruned;
      from = String(reached);
    }
  };
  return async (query, { olderThanMs, batch = 5000 }) => {
    requireLegal(olderThanMs, batch);
    return (await inBatches(query, over, batch)) + (await inBatches(query, old, batch, String(olderThanMs)));
  };
}

/** A mark with a retention of its own. */
const isOver = 'keep_until < now()';
const isOld = `keep_until is null and claimed_at < now() - $3::text::double precision * interval '1 millisecond'`;

function requireLegal(olderThanMs: number, batch: number): void {
  if (Number.isFinite(olderThanMs) && olderThanMs > 0 && Number.isInteger(batch) && batch > 0) return;
  throw new PostgresStoreError('illegal-options', 'olderThanMs must be above 0, and batch a whole number above 0.');
}

/**
 * In the order of an index: a plan that expects many old marks and finds none would read the whole table. Each batch begins where the one before
 * has ended: what that has deleted is still in the index, and has to be passed over for as long as any transaction may see it.
 */
const pruneStatement = (schema: string, by: 'keep_until' | 'claimed_at', condition: string): string => `
with old as materialized (
  select ctid as place, ${by} as at from ${schema}.inbox
  where ${condition} and ${by} >= $2::text::timestamptz
    and (lease_until is null or lease_until < now())
  order by ${by} limit $1::text::bigint for update skip locked
), gone as (
  delete from ${schema}.inbox where ctid = any (array(select place from old))
  returning key
)
select (select count(*) from gone)::text as gone, (select count(*) from old)::text as found,
  (select to_json(max(at)) from old) #>> '{}' as reached`;
