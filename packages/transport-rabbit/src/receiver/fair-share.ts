/** What one instance knows of a subscription. */
export interface Load {
  /** Partition queues that this instance works on. */
  readonly active: number;
  readonly partitions: number;
  readonly instances: number;
}

/** How many of its queues an instance should hand over now. Asked in turns. */
export type FairShare = (load: Load) => number;

/**
 * What is beyond the fair share, rounded up, goes at once. Where that leaves a rest, as with 4 queues and 3 instances, it does not tell
 * 2, 1, 1 from 2, 2, 0; so whoever has more than the share rounded down also passes one on, after 1, 2, 4, 8 … turns with the same number of
 * instances. Queues travel along the line of their consumers and so find the instance that has none; and soon nothing moves any more.
 */
export function createFairShare(): FairShare {
  let instancesBefore = 0;
  let patience = 1;
  let turnsLeft = 1;

  return ({ active, partitions, instances }) => {
    if (instances !== instancesBefore) {
      instancesBefore = instances;
      patience = 1;
      turnsLeft = 1;
    }
    const beyond = active - Math.ceil(partitions / instances);
    if (beyond > 0) return beyond;
    if (active <= Math.max(1, Math.floor(partitions / instances))) return 0;
    turnsLeft -= 1;
    if (turnsLeft > 0) return 0;
    patience *= 2;
    turnsLeft = patience;
    return 1;
  };
}
