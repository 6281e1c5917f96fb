import type { Assignment, MemberListener } from '../kafka-member.ts';
import type { FetchTracker } from './fetch-tracker.ts';

export interface SessionShareOptions {
  readonly listener: Pick<MemberListener, 'onAssigned'>;
  readonly fetches: Pick<FetchTracker, 'joined' | 'isSettled'>;
  /** Sets where kafkajs reads on: used by the next fetch of the partition, and by no other. */
  readonly seek: (partition: number, offset: number) => void;
  /** The consumer is not to be trusted any more. */
  readonly onDoubt: () => void;
}

/** The partitions of a consumer, and which of them are paused. */
export interface SessionShare {
  readonly assign: (assignment: Assignment) => void;
  readonly has: (partition: number) => boolean;
  readonly partitions: () => readonly number[];
  readonly pause: (partitions: readonly number[]) => void;
  readonly resume: (partitions: readonly number[]) => void;
  /** There is something to read, and none of it is wanted. */
  readonly isAllPaused: () => boolean;
}

/**
 * A position that was set and not used by any fetch stays set in kafkajs, however often the partition changes hands: it would be used when the
 * partition comes back, in the place of what is committed. So such a partition is in doubt, and a consumer that gets one back is given up.
 */
export function createSessionShare({ listener, fetches, seek, onDoubt }: SessionShareOptions): SessionShare {
  const paused = new Set<number>();
  const doubtful = new Set<number>();
  let assigned: ReadonlySet<number> = new Set();
  let sought: readonly number[] = [];

  return {
    assign: (assignment) => {
      if (!fetches.isSettled()) for (const partition of sought) doubtful.add(partition);
      fetches.joined();
      assigned = new Set(assignment.partitions);
      const positions = listener.onAssigned(assignment);
      for (const [partition, offset] of positions) {
        seek(partition, offset);
        doubtful.delete(partition);
      }
      sought = [...positions.keys()];
      if (assignment.partitions.some((partition) => doubtful.has(partition))) onDoubt();
    },
    has: (partition) => assigned.has(partition),
    partitions: () => [...assigned],
    pause: (partitions) => {
      for (const partition of partitions) paused.add(partition);
    },
    resume: (partitions) => {
      for (const partition of partitions) paused.delete(partition);
    },
    isAllPaused: () => assigned.size > 0 && [...assigned].every((partition) => paused.has(partition)),
  };
}
