import type { KafkaMember } from '../client/kafka-member.ts';
import type { PartitionQueue } from './partition-queue.ts';

/** Reads no further in a partition of which enough waits here. */
export interface ReadingPace {
  /** Something has arrived. */
  readonly slow: (queue: PartitionQueue) => void;
  /** Something was taken or finished. */
  readonly quicken: (queues: readonly PartitionQueue[]) => void;
  /** A pause may survive a change of the share, and is never taken back by the client (kafka-facts.md §2). */
  readonly begin: (queues: readonly PartitionQueue[]) => void;
}

export function createReadingPace(member: () => Pick<KafkaMember, 'pause' | 'resume'> | undefined): ReadingPace {
  const paused = new Set<number>();

  return {
    slow: (queue) => {
      if (!queue.isFull || paused.has(queue.partition)) return;
      paused.add(queue.partition);
      member()?.pause([queue.partition]);
    },
    quicken: (queues) => {
      if (paused.size === 0) return;
      const ready = queues.filter((queue) => paused.has(queue.partition) && queue.hasRoom);
      if (ready.length === 0) return;
      const partitions = ready.map(({ partition }) => partition);
      for (const partition of partitions) paused.delete(partition);
      member()?.resume(partitions);
    },
    begin: (queues) => {
      const full = queues.filter((queue) => queue.isFull).map(({ partition }) => partition);
      paused.clear();
      for (const partition of full) paused.add(partition);
      member()?.resume(queues.map(({ partition }) => partition).filter((partition) => !paused.has(partition)));
      member()?.pause(full);
    },
  };
}
