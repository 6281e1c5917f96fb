import type { Timer } from '@waybill/core/driver';
import { KafkaTransportError } from '../kafka-error.ts';
import type { KafkaClock } from '../time/system-clock.ts';
import type { PartitionQueue } from './partition-queue.ts';

/** A group that is worked off message by message is not asked for a commit for each. */
const drainedMs = 100;
/** A commit that failed so often in a row is told. */
const failuresMax = 3;

export interface CommitterOptions {
  readonly clock: KafkaClock;
  /** How often finished work is committed, at most. */
  readonly commitMs: number;
  /** What is assigned now. */
  readonly queues: () => Iterable<PartitionQueue>;
  /** Under the generation in which it is called, or not at all. */
  readonly commit: (offsets: ReadonlyMap<number, number>) => Promise<void>;
  /** Commits go on failing. */
  readonly onFailure: (error: unknown) => void;
}

/** Tells the group how far each partition is finished; a commit that fails is part of the next one. */
export interface Committer {
  /** Something was finished. `isDrained`: everything that was read is, so it is worth to say so soon. */
  readonly touch: (isDrained: boolean) => void;
  /** Sends what is finished before this call returns, and never rejects. */
  readonly commitNow: () => Promise<void>;
  readonly stop: () => void;
}

export function createCommitter(options: CommitterOptions): Committer {
  const { clock, commitMs, queues, commit, onFailure } = options;
  let timer: Timer | undefined;
  let dueMs = Infinity;
  let startedAtMs = -Infinity;
  let underWay = 0;
  let failures = 0;
  let isStopped = false;

  const arm = (atMs: number): void => {
    if (isStopped || atMs >= dueMs) return;
    timer?.cancel();
    dueMs = atMs;
    timer = clock.after(Math.max(0, atMs - clock.monotonic()), () => {
      dueMs = Infinity;
      // One at a time; what it brings about is looked at when it has ended.
      if (underWay === 0) void commitNow();
    });
  };

  const failed = (error: unknown): void => {
    failures += 1;
    // Another generation has begun, and its share is told to the listener.
    const isFenced = error instanceof KafkaTransportError && error.reason === 'fenced';
    if (!isFenced && failures >= failuresMax) onFailure(error);
  };

  const commitNow = async (): Promise<void> => {
    const offsets = uncommittedOf(queues());
    if (offsets.size === 0) return;
    startedAtMs = clock.monotonic();
    underWay += 1;
    try {
      await commit(new Map([...offsets].map(([queue, offset]) => [queue.partition, offset])));
      failures = 0;
      for (const [queue, offset] of offsets) queue.noteCommitted(offset);
    } catch (error) {
      failed(error);
    }
    underWay -= 1;
    if (uncommittedOf(queues()).size > 0) arm(clock.monotonic() + commitMs);
  };

  return {
    touch: (isDrained) => {
      const nowMs = clock.monotonic();
      arm(isDrained && failures === 0 ? Math.max(nowMs, startedAtMs + drainedMs) : nowMs + commitMs);
    },
    commitNow,
    stop: () => {
      isStopped = true;
      timer?.cancel();
    },
  };
}

function uncommittedOf(queues: Iterable<PartitionQueue>): ReadonlyMap<PartitionQueue, number> {
  const offsets = new Map<PartitionQueue, number>();
  for (const queue of queues) {
    const offset = queue.uncommitted;
    if (offset !== undefined) offsets.set(queue, offset);
  }
  return offsets;
}
