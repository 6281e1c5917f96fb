import type { ChannelAddress, Topology } from '@waybill/core/driver';
import { KafkaTransportError } from '../kafka-error.ts';
import { refuseCollisions } from '../names.ts';
import { checkPartitions } from './check-channel.ts';
import { declareGroup } from './declare-group.ts';
import type { TopologyContext } from './topology-context.ts';
import { topicDrift, wantedTopic } from './wanted-topic.ts';

/**
 * Makes the topics and groups that are missing, and compares those that are there. With `verify` nothing is made, with `off` nothing is looked
 * at.
 */
export async function ensureTopology(context: TopologyContext, { channels, subscriptions }: Topology): Promise<void> {
  const { settings, names } = context;
  const wanted = new Map<string, ChannelAddress>();
  for (const channel of [...channels, ...subscriptions]) addChannel(wanted, names.topicOf(channel), channel);
  for (const subscription of subscriptions) names.groupOf(subscription);
  refuseCollisions([...wanted.keys()]);
  if (settings.topology === 'off') return;
  await ensureTopics(context, wanted);
  for (const subscription of subscriptions) await declareGroup(context, subscription);
}

/** A command and an event of one name would share a topic. */
function addChannel(wanted: Map<string, ChannelAddress>, topic: string, channel: ChannelAddress): void {
  const other = wanted.get(topic) ?? channel;
  if (other.kind !== channel.kind || other.channel !== channel.channel) {
    const text = `The ${channel.kind} '${channel.channel}' and the ${other.kind} '${other.channel}' would share the topic '${topic}': rename one.`;
    throw new KafkaTransportError('name-collision', text);
  }
  wanted.set(topic, channel);
}

async function ensureTopics(
  { admin, settings }: TopologyContext,
  wanted: ReadonlyMap<string, ChannelAddress>,
): Promise<void> {
  const present = await admin.describeTopics([...wanted.keys()]);
  for (const topic of present) {
    const channel = wanted.get(topic.topic);
    if (channel !== undefined) checkPartitions(channel, topic.partitions, settings);
    const differences = topicDrift(topic, settings);
    if (differences.length > 0) throw driftError(topic.topic, differences);
  }
  const known = new Set(present.map(({ topic }) => topic));
  const missing = [...wanted.keys()].filter((topic) => !known.has(topic));
  if (missing.length > 0 && settings.topology === 'verify') throw missingError(missing);
  await admin.createTopics(missing.map((topic) => wantedTopic(topic, settings)));
}

function driftError(topic: string, differences: readonly string[]): KafkaTransportError {
  const text = `The topic '${topic}' exists with other settings: ${differences.join('; ')}. Use those that are there, or change them with kafka-configs.`;
  return new KafkaTransportError('topology-drift', text);
}

function missingError(topics: readonly string[]): KafkaTransportError {
  const text = `Topics are missing, and topology: verify makes none: ${topics.join(', ')}.`;
  return new KafkaTransportError('topic-missing', text);
}
