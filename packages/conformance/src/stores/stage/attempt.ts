import type { Claim, ClaimOutcome, StoreDriver, StoreTransaction } from '@waybill/core/driver';

export type Attempt<Result> =
  | { readonly status: 'committed'; readonly result: Result }
  | { readonly status: 'failed'; readonly code: string; readonly error: unknown };

/** What became of one transaction; never rejects. */
export async function attempt<Result>(
  store: StoreDriver,
  work: (transaction: StoreTransaction) => Promise<Result>,
): Promise<Attempt<Result>> {
  try {
    return { status: 'committed', result: await store.transaction(work) };
  } catch (error) {
    return { status: 'failed', code: store.codeOf(error), error };
  }
}

/** Runs it again as long as it loses to others, as the bus does. @throws what else it fails with */
export async function persist<Result>(
  store: StoreDriver,
  work: (transaction: StoreTransaction) => Promise<Result>,
): Promise<Result> {
  for (let turn = 0; turn < turnsMax; turn += 1) {
    const outcome = await attempt(store, work);
    if (outcome.status === 'committed') return outcome.result;
    if (outcome.code !== 'write-conflict') throw outcome.error;
  }
  return store.transaction(work);
}

const turnsMax = 200;

export const claim = (store: StoreDriver, ...claims: readonly Claim[]): Promise<readonly ClaimOutcome[]> =>
  store.transaction((transaction) => transaction.claim(claims));

export const statusesOf = (outcomes: readonly ClaimOutcome[]): readonly string[] =>
  outcomes.map(({ status }) => status);

/** The code of a call that should fail, at once or later; `none` when it does not. */
export const codeOfCall = (store: StoreDriver, call: () => Promise<unknown>): Promise<string> =>
  codeOfFailure(store, (async () => call())());

/** The code of what should fail; `none` when it does not. */
export const codeOfFailure = (store: StoreDriver, call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'none',
    (error: unknown) => store.codeOf(error),
  );
