import type { StoreTransaction } from '@waybill/core/driver';
import type { CompleteClaims } from './claims/create-complete-claims.ts';
import type { MakeClaims } from './claims/create-make-claims.ts';
import type { ChangeDeadLetters } from './dead-letters/create-change-dead-letters.ts';
import type { EnqueueDrafts } from './outbox/enqueue-drafts.ts';
import type { OpenTransaction } from './sql/transaction-runner.ts';

/** The statements of a store that run in the transactions of handlers. */
export interface TransactionParts {
  readonly makeClaims: MakeClaims;
  readonly completeClaims: CompleteClaims;
  readonly enqueueDrafts: EnqueueDrafts;
  readonly changeDeadLetters: ChangeDeadLetters;
}

/** `hasRows` is called when there will be rows for the relay, once the transaction has committed. */
export function openStoreTransaction<Native>(
  parts: TransactionParts,
  { query, queryLast = query, change, native }: OpenTransaction<Native>,
  hasRows: () => void,
): StoreTransaction<Native> {
  return {
    native,
    claim: (claims) => parts.makeClaims(query, claims, change),
    complete: (completions) => parts.completeClaims(query, completions),
    enqueue: (drafts) => {
      if (drafts.length > 0) hasRows();
      return parts.enqueueDrafts(queryLast, drafts);
    },
    changeDeadLetters: (changes) => parts.changeDeadLetters(query, changes),
  };
}
