import type { Clock, Random, StoreDriver, StoreTransaction } from '../driver/index.ts';
import { originalError } from './handler-failed.ts';
import { backoffDelay } from './retry-policy.ts';

export type RunTransaction<Native = unknown> = <Result>(
  work: (transaction: StoreTransaction<Native>) => Promise<Result>,
) => Promise<Result>;

/** Write conflicts are settled in a few turns; more tries than this mean that something else is wrong. */
const triesMax = 10;
const backoff = { backoffMs: 5, backoffMsMax: 250, backoffFactor: 2, jitter: 1 };

/**
 * Runs a transaction again when it lost a write conflict, with jitter, so that nobody else has to. Any other error passes as it is.
 */
export function createRunTransaction<Native>(
  store: StoreDriver<Native>,
  clock: Clock,
  random: Random,
): RunTransaction<Native> {
  return async (work) => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await store.transaction(work);
      } catch (error) {
        if (store.codeOf(originalError(error)) !== 'write-conflict' || tries === triesMax) throw error;
        await clock.sleep(backoffDelay(backoff, tries, random));
      }
    }
  };
}
