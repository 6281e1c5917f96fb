import kafkajs from 'kafkajs';
import type { PartitionAssigner } from 'kafkajs';

/** The assigner of kafkajs, which also tells of every attempt to join: each may have been a generation, even if its answer was lost. */
export function countingAssigner(onJoin: () => void): PartitionAssigner {
  return (context) => {
    const assigner = kafkajs.PartitionAssigners.roundRobin(context);
    return {
      ...assigner,
      protocol: (subscription) => {
        onJoin();
        return assigner.protocol(subscription);
      },
    };
  };
}
