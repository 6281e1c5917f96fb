import { errorOfCommit } from './error-of-commit.ts';
import { requireCommittable } from './require-committable.ts';
import type { RunTransaction } from './transaction-runner.ts';
import { workWhileOpen } from './work-while-open.ts';

/**
 * Transactions of the user's own library, of which nobody shows us the answer to COMMIT: a last statement of ours makes an aborted one
 * fail, and whatever else goes wrong after the work may have come after the commit.
 */
export function checkedTransactions<Native>(run: RunTransaction<Native>): RunTransaction<Native> {
  return async (work) => {
    let isWorkDone = false;
    try {
      return await run(async (transaction) => {
        isWorkDone = false;
        const result = await workWhileOpen(transaction, work);
        await requireCommittable(transaction.query);
        isWorkDone = true;
        return result;
      });
    } catch (error) {
      throw isWorkDone ? errorOfCommit(error) : error;
    }
  };
}
