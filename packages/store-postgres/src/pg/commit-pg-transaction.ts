import { PostgresStoreError } from '../postgres-error.ts';
import { errorOfCommit } from '../sql/error-of-commit.ts';
import { sqlStateOf } from '../sql/is-definite-refusal.ts';
import { commitRefused } from '../sql/require-committable.ts';
import type { CheckedOut } from './checked-out.ts';
import type { OwnStatement } from './pg-statement.ts';

export interface CommitOptions {
  readonly commit: OwnStatement;
  /** What begins the transaction, where nothing has yet. */
  readonly begin: readonly OwnStatement[];
  /** The last statement of the store, which goes out with COMMIT. */
  readonly last: OwnStatement | undefined;
}

/**
 * Commits, behind what has not been sent yet.
 * @throws PostgresStoreError `commit-refused`: nothing happened; `commit-unknown`: it may have happened; the error of the last statement:
 *   nothing happened
 */
export async function commitPgTransaction(
  connection: CheckedOut,
  { commit, begin, last }: CommitOptions,
): Promise<void> {
  if (begin.length === 0) await requireOpen(connection);
  const before = last === undefined ? begin : [...begin, last];
  // Alone it is a simple query: one message to the server instead of four.
  const { answer, changed } = connection.askTogether(before, before.length === 0 ? commit.text : commit);
  try {
    const { command } = await answer;
    // A transaction that had failed answers COMMIT without an error, and says only here that it was rolled back.
    if (command !== 'COMMIT') throw commitRefused();
  } catch (error) {
    if (changed.length < begin.length) connection.lose(error);
    // What the server itself has refused, it has not committed. Any other error may have hit the answer alone.
    const isOfLast = changed.length < before.length && sqlStateOf(error) !== undefined;
    throw isOfLast ? reasonOf(error) : errorOfCommit(error);
  }
}

async function requireOpen(connection: CheckedOut): Promise<void> {
  await connection.untilStatus();
  if (connection.lostBy !== undefined) throw connection.lostBy;
  const status = connection.client.getTransactionStatus();
  if (status === 'E') throw commitRefused();
  if (status === 'T') return;
  throw new PostgresStoreError('commit-unknown', 'The handler has ended the transaction by itself, which it must not.');
}

/** Why a transaction has failed: by its last statement, or by one before it whose error was swallowed and which the last one ran into. */
function reasonOf(error: unknown): unknown {
  return sqlStateOf(error) === '25P02' ? commitRefused(error) : error;
}
