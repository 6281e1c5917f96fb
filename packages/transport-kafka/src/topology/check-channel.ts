import type { ChannelAddress } from '@waybill/core/driver';
import { KafkaTransportError } from '../kafka-error.ts';
import type { KafkaSettings } from '../options.ts';
import type { TopologyContext } from './topology-context.ts';

/**
 * For a publisher: it spreads keys by its own number of partitions, and another number than the topic's would cost their order.
 * @throws KafkaTransportError `topic-missing`, `partitions-drift`
 */
export async function checkChannel(context: TopologyContext, channel: ChannelAddress): Promise<void> {
  checkPartitions(channel, await requirePartitions(context, channel), context.settings);
}

/** @throws KafkaTransportError `topic-missing` */
export async function requirePartitions({ admin, names }: TopologyContext, channel: ChannelAddress): Promise<number> {
  const topic = names.topicOf(channel);
  const partitions = await admin.partitionsOf(topic);
  if (partitions !== undefined) return partitions;
  throw new KafkaTransportError(
    'topic-missing',
    `There is no topic '${topic}': declare the channel '${channel.channel}'.`,
  );
}

/** @throws KafkaTransportError `partitions-drift` */
export function checkPartitions(
  { kind, channel }: ChannelAddress,
  present: number,
  { partitions }: Pick<KafkaSettings, 'partitions'>,
): void {
  if (present === partitions) return;
  const way =
    present < partitions
      ? 'follow the procedure for more partitions (raisePartitions)'
      : 'declare another channel: Kafka takes no partitions away';
  const text = `The ${kind} '${channel}' has ${present} partitions; partitions: ${partitions} was wanted. Use ${present}, or ${way}. Otherwise a key would change its partition and lose its order.`;
  throw new KafkaTransportError('partitions-drift', text);
}
