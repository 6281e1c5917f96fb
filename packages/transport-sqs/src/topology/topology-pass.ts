import type { Difference } from './difference.ts';
import type { WantedQueue, WantedSubscription, WantedTopic } from './wanted-topology.ts';

/** One way to go through a topology; each function answers with what stays different. */
export interface TopologyPass {
  readonly topic: (wanted: WantedTopic) => Promise<readonly Difference[]>;
  readonly queue: (wanted: WantedQueue) => Promise<readonly Difference[]>;
  readonly subscription: (wanted: WantedSubscription) => Promise<readonly Difference[]>;
}
