import type { StoreTransaction } from '@waybill/core/driver';
import type { CompleteClaims } from './claims/create-complete-claims.ts';
import type { MakeClaims } from './claims/create-make-claims.ts';
import type { ChangeDeadLetters } from './dead-letters/create-change-dead-letters.ts';
import type { EnqueueDrafts } from './outbox/enqueue-drafts.ts';
import { PostgresStoreError } from './postgres-error.ts';
import type { OpenTransaction } from './sql/transaction-runner.ts';

/** The statements of a store that run in the transactions of handlers. */
export interface TransactionParts {
  readonly makeClaims: MakeClaims;
  readonly completeClaims: CompleteClaims;
  readonly enqueueDrafts: EnqueueDrafts;
  readonly changeDeadLetters: ChangeDeadLetters;
}

export interface OpenStoreTransaction<Native> {
  readonly transaction: StoreTransaction<Native>;
  /** After it every call is refused: on a client of somebody else's it might run alone and commit. */
  readonly close: () => void;
}

export function openStoreTransaction<Native>(
  parts: TransactionParts,
  { query, queryLast = query, change, native }: OpenTransaction<Native>,
): OpenStoreTransaction<Native> {
  let isOpen = true;
  const whileOpen =
    <Input extends readonly unknown[], Result>(through: (...input: Input) => Promise<Result>) =>
    async (...input: Input): Promise<Result> => {
      if (!isOpen) throw new PostgresStoreError('transaction-closed', 'The transaction has ended.');
      return through(...input);
    };
  const ask = whileOpen(query);
  const askLast = whileOpen(queryLast);
  const askChange = change === undefined ? undefined : whileOpen(change);
  return {
    transaction: {
      native,
      claim: (claims) => parts.makeClaims(ask, claims, askChange),
      complete: (completions) => parts.completeClaims(ask, completions),
      enqueue: (drafts) => parts.enqueueDrafts(askLast, drafts),
      changeDeadLetters: (changes) => parts.changeDeadLetters(ask, changes),
    },
    close: () => {
      isOpen = false;
    },
  };
}
