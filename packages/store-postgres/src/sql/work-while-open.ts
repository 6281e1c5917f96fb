import { transactionEnded } from './transaction-ended.ts';
import type { OpenTransaction } from './transaction-runner.ts';

/**
 * Lets `work` use a transaction until it ends. From then on every statement of the store's is refused: on a client of somebody else's it might run
 * alone and commit.
 */
export async function workWhileOpen<Native, Result>(
  { query, queryLast, change, native }: OpenTransaction<Native>,
  work: (transaction: OpenTransaction<Native>) => Promise<Result>,
): Promise<Result> {
  let isOpen = true;
  const whileOpen =
    <Input extends readonly unknown[], Answer>(through: (...input: Input) => Promise<Answer>) =>
    async (...input: Input): Promise<Answer> => {
      if (!isOpen) throw transactionEnded();
      return through(...input);
    };
  try {
    return await work({
      native,
      query: whileOpen(query),
      ...(queryLast === undefined ? {} : { queryLast: whileOpen(queryLast) }),
      ...(change === undefined ? {} : { change: whileOpen(change) }),
    });
  } finally {
    isOpen = false;
  }
}
