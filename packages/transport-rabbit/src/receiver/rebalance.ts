import { atMost, pause } from '@waybill/core/driver';
import type { Random } from '@waybill/core/driver';
import type { RabbitClock } from '../time/system-clock.ts';
import { createFairShare } from './fair-share.ts';
import type { InstanceCount } from './instance-count.ts';
import type { Partition } from './partition.ts';

/** How long a queue may stand still at first, for what core holds of it to be settled. */
const drainMsFirst = 30_000;

export interface RebalanceOptions {
  readonly instances: InstanceCount;
  readonly clock: RabbitClock;
  readonly random: Random;
  /** How often to look, at most; half of it at least. */
  readonly rebalanceMs: number;
  /** The longest that a drain may ever take. */
  readonly drainMsMax: number;
  /** The broker's time to answer. */
  readonly connectTimeoutMs: number;
}

export interface Rebalancing {
  /** Looks at once, and then again and again. */
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

/**
 * Looks every now and then whether this instance works on more than its share of the queues, and hands over those that came to it last: so a
 * queue that is handed on and on visits every instance. A queue whose messages are not settled in time stays, and is given twice the time at
 * the next attempt, because nothing is handled twice for the sake of balance.
 */
export function createRebalancing(partitions: readonly Partition[], options: RebalanceOptions): Rebalancing {
  const { instances, clock, random, rebalanceMs, drainMsMax, connectTimeoutMs } = options;
  const stopped = new AbortController();
  const shareOf = createFairShare();
  let drainMs = Math.min(drainMsFirst, drainMsMax);

  const look = async (): Promise<void> => {
    const count = await atMost(connectTimeoutMs, instances.ask(), clock);
    if (count === undefined || stopped.signal.aborted) return;
    const active = activeOf(partitions);
    const excess = shareOf({ active: active.length, partitions: partitions.length, instances: Math.max(1, count) });
    const movable = active.filter((partition) => partition.session()?.canMove());
    const handed = await Promise.all(movable.slice(0, excess).map((partition) => partition.handOver(drainMs)));
    drainMs = Math.min(handed.includes(false) ? drainMs * 2 : drainMsFirst, drainMsMax);
  };

  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      // A broker that cannot be asked is the partitions' matter; the next look joins again.
      await look().catch(() => undefined);
      await pause(clock, rebalanceMs * (0.5 + random() / 2), stopped.signal);
    }
  };

  return {
    start: () => void run(),
    stop: async () => {
      stopped.abort();
      await atMost(connectTimeoutMs, instances.leave(), clock);
    },
  };
}

/**
 * First those that have brought nothing yet: two instances that come in the same instant both believe to have them, and whoever asks again
 * learns better. Then the latest.
 */
function activeOf(partitions: readonly Partition[]): readonly Partition[] {
  return partitions
    .flatMap((partition) => {
      const session = partition.session();
      const sinceMs = session?.activeSinceMs();
      if (session === undefined || sinceMs === undefined) return [];
      return [{ partition, sinceMs, isProven: session.arrivals() > 0 }];
    })
    .toSorted((one, other) => Number(one.isProven) - Number(other.isProven) || other.sinceMs - one.sinceMs)
    .map(({ partition }) => partition);
}
