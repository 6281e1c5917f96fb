import { PostgresStoreError } from '../postgres-error.ts';
import type { StatementQueue } from './statement-queue.ts';

/**
 * Ends the statements of a transaction before its commit: half of what a handler does must not commit without the rest.
 * @throws PostgresStoreError `transaction-closed` when some were not awaited
 */
export async function requireAwaited(statements: StatementQueue): Promise<void> {
  const unawaited = await statements.close();
  if (unawaited === 0) return;
  throw new PostgresStoreError(
    'transaction-closed',
    `${unawaited} statements were under way at the end of the transaction, which was rolled back: await them all.`,
  );
}
