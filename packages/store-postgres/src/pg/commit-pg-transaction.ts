import type { QueryResult } from 'pg';
import { PostgresStoreError } from '../postgres-error.ts';
import { errorOfCommit } from '../sql/error-of-commit.ts';
import { sqlStateOf } from '../sql/is-definite-refusal.ts';
import { commitRefused } from '../sql/require-committable.ts';
import type { CheckedOut } from './checked-out.ts';

/**
 * Commits, behind a last statement that may still be under way.
 * @throws PostgresStoreError `commit-refused`: nothing happened; `commit-unknown`: it may have happened; the error of the last statement:
 *   nothing happened
 */
export async function commitPgTransaction(connection: CheckedOut, last: Promise<unknown> | undefined): Promise<void> {
  await requireOpen(connection, last);
  const [written, ended] = await Promise.allSettled([last, sendCommit(connection)]);
  // What the server itself has refused, it has not committed. Any other error may have hit the answer alone.
  if (written.status === 'rejected' && sqlStateOf(written.reason) !== undefined) throw await reasonOf(last);
  if (ended.status === 'rejected') throw ended.reason;
  // A transaction that had failed answers COMMIT without an error, and says only here that it was rolled back.
  if (ended.value.command !== 'COMMIT') throw commitRefused();
}

async function requireOpen({ client, lostBy }: CheckedOut, last: Promise<unknown> | undefined): Promise<void> {
  const lost = lostBy();
  if (lost !== undefined) throw lost;
  const status = client.getTransactionStatus();
  if (status === 'E') throw await reasonOf(last);
  if (status === 'T') return;
  throw new PostgresStoreError('commit-unknown', 'The handler has ended the transaction by itself, which it must not.');
}

/** Why a transaction has failed: by its last statement, or by one before it whose error was swallowed and which the last one ran into. */
async function reasonOf(last: Promise<unknown> | undefined): Promise<unknown> {
  const error = await last?.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  return error === undefined || sqlStateOf(error) === '25P02' ? commitRefused(error) : error;
}

async function sendCommit({ ask }: CheckedOut): Promise<QueryResult> {
  try {
    return await ask('commit');
  } catch (error) {
    throw errorOfCommit(error);
  }
}
