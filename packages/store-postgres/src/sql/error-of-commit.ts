import { PostgresStoreError } from '../postgres-error.ts';
import { isDefiniteRefusal } from './is-definite-refusal.ts';

/** What to throw for an error that came after COMMIT was sent: itself where it proves that nothing happened, else `commit-unknown`. */
export function errorOfCommit(error: unknown): unknown {
  if (error instanceof PostgresStoreError || isDefiniteRefusal(error)) return error;
  return new PostgresStoreError('commit-unknown', 'The answer to COMMIT was lost: it may have happened.', {
    cause: error,
  });
}
