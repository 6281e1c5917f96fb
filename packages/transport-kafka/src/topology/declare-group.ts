import type { SubscriptionAddress } from '@waybill/core/driver';
import { KafkaTransportError } from '../kafka-error.ts';
import { startOf } from './first-offset.ts';
import { startOffsets } from './start-offsets.ts';
import type { TopologyContext } from './topology-context.ts';

/**
 * Gives a group its first offsets. From then on it is known and gets everything, whether a member is there or not; a group without offsets would
 * begin where its first member comes, and miss what is between.
 * @throws KafkaTransportError `second-group`, `group-missing`
 */
export async function declareGroup(context: TopologyContext, subscription: SubscriptionAddress): Promise<void> {
  const { admin, names, settings } = context;
  const topic = names.topicOf(subscription);
  const group = names.groupOf(subscription);
  if (subscription.kind === 'command') await refuseSecondGroup(context, subscription);
  const committed = await admin.committedOf(group, topic);
  if (committed.size > 0) return;
  if (settings.topology === 'verify') throw groupMissing(subscription, group);
  const offsets = await startOffsets(admin, topic, startOf(settings, subscription));
  try {
    await admin.setCommitted(group, topic, offsets);
  } catch (error) {
    // Another instance was faster, or its topic was made anew: a member is there, which begins with the first record.
    if ((await admin.membersOf(group)) === 0) throw error;
  }
}

/** @throws KafkaTransportError `group-missing` */
export async function requireGroup(context: TopologyContext, subscription: SubscriptionAddress): Promise<void> {
  const { admin, names, settings } = context;
  if (settings.topology === 'off') return;
  const group = names.groupOf(subscription);
  const committed = await admin.committedOf(group, names.topicOf(subscription));
  if (committed.size === 0) throw groupMissing(subscription, group);
}

/** Kafka would give every message to both. A group is one of the channel by its name alone, so that no place is needed to keep it. */
async function refuseSecondGroup({ admin, names }: TopologyContext, subscription: SubscriptionAddress): Promise<void> {
  const own = names.groupOf(subscription);
  const all = await admin.groupIds();
  const other = all.find((group) => group !== own && names.isGroupOf(subscription, group));
  if (other === undefined) return;
  const text = `The command '${subscription.channel}' belongs to the consumer group '${other}'; '${own}' cannot have it as well. Delete that group if nobody needs it.`;
  throw new KafkaTransportError('second-group', text);
}

function groupMissing({ channel, group }: SubscriptionAddress, groupId: string): KafkaTransportError {
  const text = `The consumer group '${groupId}' has no offsets: declare the subscription '${group}' of '${channel}'.`;
  return new KafkaTransportError('group-missing', text);
}
