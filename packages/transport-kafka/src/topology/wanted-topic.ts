import type { TopicDescription } from '../client/kafka-admin.ts';
import type { KafkaSettings } from '../options.ts';

export type TopicSettings = Pick<KafkaSettings, 'partitions' | 'replicas' | 'retentionMs' | 'cleanup'>;

/** What Kafka does where a topic says nothing of it. */
const usualCleanup = 'delete';

/** A topic as the settings want it; what they leave to the broker is not in it. */
export function wantedTopic(
  topic: string,
  { partitions, replicas, retentionMs, cleanup }: TopicSettings,
): TopicDescription {
  const configuration = {
    ...(retentionMs === undefined ? {} : { 'retention.ms': String(retentionMs) }),
    ...(cleanup === usualCleanup ? {} : { 'cleanup.policy': cleanup }),
  };
  return { topic, partitions, replicas, configuration };
}

/** What differs in a topic that is there, each in words; the number of partitions is not looked at. */
export function topicDrift(present: TopicDescription, settings: TopicSettings): readonly string[] {
  const { replicas, retentionMs, cleanup } = settings;
  const { 'retention.ms': retention, 'cleanup.policy': policy = usualCleanup } = present.configuration;
  return [
    ...(replicas === -1 ? [] : difference('replicas', replicas, present.replicas)),
    ...(retentionMs === undefined ? [] : difference('retention.ms', retentionMs, retention)),
    // Kafka writes a list in any order.
    ...difference('cleanup.policy', inOrder(cleanup), inOrder(policy)),
  ];
}

function difference(name: string, wanted: string | number, found: string | number | undefined): readonly string[] {
  return String(wanted) === String(found) ? [] : [`${name} is ${found ?? 'not set'}, ${wanted} was wanted`];
}

function inOrder(list: string): string {
  return list
    .split(',')
    .toSorted((one, other) => (one < other ? -1 : 1))
    .join(',');
}
