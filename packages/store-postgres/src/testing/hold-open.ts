/** A transaction that has done its work and waits for the word to end. */
export interface HeldTransaction<Result> {
  readonly result: Result;
  readonly commit: () => Promise<void>;
  readonly rollBack: () => Promise<void>;
}

/** Resolves when `work` is done; what it has locked stays locked until the word. */
export async function holdOpen<Transaction, Result>(
  run: (work: (transaction: Transaction) => Promise<void>) => Promise<void>,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<HeldTransaction<Result>> {
  const worked = Promise.withResolvers<Result>();
  const end = Promise.withResolvers<void>();
  const ended = run(async (transaction) => {
    worked.resolve(await work(transaction));
    await end.promise;
  });
  ended.catch(worked.reject);
  return {
    result: await worked.promise,
    commit: async () => {
      end.resolve();
      await ended;
    },
    rollBack: async () => {
      end.reject(new Error('rolled back'));
      await ended.catch(() => undefined);
    },
  };
}
