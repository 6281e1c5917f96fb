import type { MemberListener } from '../kafka-member.ts';

/** The joins of one consumer, each of which its listener hears of before. */
export interface Joins {
  /** Attempts so far. Each may have been a generation, even if its answer was lost. */
  readonly count: () => number;
  readonly attempt: () => void;
  /** kafkajs has heard from its coordinator that the group is about to be shared anew. */
  readonly announce: () => void;
  /** What is waited for before the group is joined. */
  readonly before: () => Promise<void>;
  readonly joined: () => void;
}

/**
 * kafkajs announces a join that a heartbeat has brought about, and no other: after a leader has moved, or when partitions were added, it joins
 * without a word. So the listener is told where the join begins, if it has not been.
 */
export function createJoins({ onRebalancing }: Pick<MemberListener, 'onRebalancing'>): Joins {
  let count = 0;
  let after = Promise.resolve();
  /** There is a share to hand over, and nobody has been told. */
  let isUnannounced = false;

  const announce = (): void => {
    isUnannounced = false;
    after = onRebalancing();
  };

  return {
    count: () => count,
    attempt: () => {
      count += 1;
    },
    announce,
    before: () => {
      if (isUnannounced) announce();
      return after;
    },
    joined: () => {
      isUnannounced = true;
    },
  };
}
