import { attributeDrift } from './attribute-drift.ts';
import type { Difference } from './difference.ts';
import { tagDrift } from './tag-drift.ts';
import type { PresentTopic } from './topic-calls.ts';
import type { WantedTopic } from './wanted-topology.ts';

const defaults = { FifoTopic: 'false', ContentBasedDeduplication: 'false', FifoThroughputScope: 'Topic' };

const remedies = {
  FifoTopic: 'delete the topic, or use the other queueType: a topic stays what it was made as',
  ContentBasedDeduplication: 'set it to false: messages of one content are not one message',
  FifoThroughputScope: 'set the one or the option deduplicationScope, which the queues share',
  KmsMasterKeyId: 'set the one or the option encryption',
};

/** What of a topic is not as it is wanted. */
export function topicDrift(wanted: WantedTopic, present: PresentTopic): readonly Difference[] {
  const path = `topics.${wanted.name}`;
  return [
    ...attributeDrift({ path, wanted: wanted.attributes, present: present.attributes, defaults, remedies }),
    ...tagDrift({ path, wanted: wanted.tags, present: present.tags, fixed: {} }),
  ];
}
