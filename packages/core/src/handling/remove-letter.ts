import type { StoreTransaction } from '../driver/index.ts';

/** Takes a dead letter away together with the effect of its replay. */
export const removeLetter = (transaction: StoreTransaction, id: string): Promise<void> =>
  transaction.changeDeadLetters([{ change: 'remove', id }]);
