import { PostgresStoreError } from '../postgres-error.ts';
import { sqlStateOf } from './is-definite-refusal.ts';
import type { SqlQuery } from './sql-query.ts';

/**
 * The last statement of a transaction of which nobody shows us the answer to COMMIT: where an error was swallowed this fails, and COMMIT
 * would roll back without a word.
 * @throws PostgresStoreError `commit-refused`: nothing happened
 */
export async function requireCommittable(query: SqlQuery): Promise<void> {
  try {
    await query('select 1 as last_statement');
  } catch (error) {
    throw sqlStateOf(error) === '25P02' ? commitRefused(error) : error;
  }
}

export function commitRefused(cause?: unknown): PostgresStoreError {
  return new PostgresStoreError(
    'commit-refused',
    'A statement of the transaction had failed and its error was caught, so all of it was rolled back. ' +
      'Let the error pass, or put a savepoint before a statement that may fail.',
    { cause },
  );
}
