import type { Clock, SettleOutcome, Settlement } from '../driver/index.ts';

export interface SettleQueueOptions {
  readonly clock: Clock;
  readonly batchMax: number;
  readonly settle: (settlements: readonly Settlement[]) => Promise<readonly SettleOutcome[]>;
  /** False where the same settlement can never succeed, such as after a lost lease. */
  readonly mayPass: (error: unknown) => boolean;
  readonly onFailed: (error: unknown) => void;
}

/** Gathers the settlements of one turn into batches; adds no delay when idle. */
export interface SettleQueue {
  readonly push: (settlement: Settlement) => void;
  /** Resolves when everything pushed so far was tried. */
  readonly flushed: () => Promise<void>;
}

/** A settle that failed so often is left: the lease runs out and the message comes again, which the inbox absorbs. */
const triesMax = 3;
const retryMs = 200;

export function createSettleQueue(options: SettleQueueOptions): SettleQueue {
  let pending: Settlement[] = [];
  let isScheduled = false;
  const underWay = new Set<Promise<void>>();

  const flush = (): void => {
    isScheduled = false;
    const settlements = pending;
    pending = [];
    for (let start = 0; start < settlements.length; start += options.batchMax) {
      const batch =
        settlements.length <= options.batchMax ? settlements : settlements.slice(start, start + options.batchMax);
      const settling = settleBatch(batch, options).finally(() => underWay.delete(settling));
      underWay.add(settling);
    }
  };

  return {
    push: (settlement) => {
      pending.push(settlement);
      if (isScheduled) return;
      isScheduled = true;
      queueMicrotask(flush);
    },
    flushed: async () => {
      while (isScheduled || underWay.size > 0) await Promise.all([...underWay, Promise.resolve()]);
    },
  };
}

async function settleBatch(batch: readonly Settlement[], options: SettleQueueOptions): Promise<void> {
  let rest = batch;
  for (let tries = 1; rest.length > 0; tries += 1) {
    const { failed, error } = await trySettle(rest, options);
    if (failed.length === 0) return;
    if (tries === triesMax || !options.mayPass(error)) {
      options.onFailed(error);
      return;
    }
    rest = failed;
    await options.clock.sleep(retryMs * tries);
  }
}

async function trySettle(
  batch: readonly Settlement[],
  options: SettleQueueOptions,
): Promise<{ readonly failed: readonly Settlement[]; readonly error: unknown }> {
  try {
    const outcomes = await options.settle(batch);
    const first = outcomes.find((outcome) => outcome.status === 'failed');
    if (first === undefined) return { failed: [], error: undefined };
    return { failed: batch.filter((_, index) => outcomes[index]?.status === 'failed'), error: first.error };
  } catch (error) {
    return { failed: batch, error };
  }
}
