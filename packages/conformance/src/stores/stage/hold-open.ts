import type { StoreDriver, StoreTransaction } from '@waybill/core/driver';
import type { StoreWorld } from '../harness/store-world.ts';
import { attempt } from './attempt.ts';
import type { Attempt } from './attempt.ts';

export interface HeldTransaction<Result> {
  /** What the work gave; rejects when it failed. */
  readonly worked: Promise<Result>;
  readonly transaction: () => StoreTransaction | undefined;
  readonly commit: () => Promise<Attempt<Result>>;
  readonly rollBack: () => Promise<Attempt<Result>>;
}

/** A transaction that has done its work and stays open until it is told how to end; at the latest with its case. */
export function holdOpen<Result>(
  world: StoreWorld,
  store: StoreDriver,
  work: (transaction: StoreTransaction) => Promise<Result>,
): HeldTransaction<Result> {
  const worked = Promise.withResolvers<Result>();
  const ending = Promise.withResolvers<void>();
  let opened: StoreTransaction | undefined;
  const ended = attempt(store, async (transaction) => {
    opened = transaction;
    const result = await work(transaction);
    worked.resolve(result);
    await ending.promise;
    return result;
  }).then((outcome) => {
    if (outcome.status === 'failed') worked.reject(outcome.error);
    return outcome;
  });
  worked.promise.catch(() => undefined);
  world.defer(async () => {
    ending.reject(new Error('the case has ended'));
    await ended;
  });
  return {
    worked: worked.promise,
    transaction: () => opened,
    commit: () => {
      ending.resolve();
      return ended;
    },
    rollBack: () => {
      ending.reject(new Error('rolled back on purpose'));
      return ended;
    },
  };
}

/**
 * What a call gives while something else is open; `undefined` when it waits for that: a store may make the second wait, or let it lose at its
 * commit.
 */
export async function meanwhile<Result>(
  { clock, harness }: StoreWorld,
  call: Promise<Result>,
): Promise<Result | undefined> {
  return Promise.race([call, clock.sleep(harness.timing.settleMs).then(() => undefined)]);
}
