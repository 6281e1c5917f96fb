import type { SubscriptionAddress } from '@waybill/core/driver';
import { openKafkaClient } from '../client/open-kafka-client.ts';
import { KafkaTransportError } from '../kafka-error.ts';
import { createNames } from '../names.ts';
import { readOptions } from '../options.ts';
import type { KafkaTransportOptions, StartFrom } from '../options.ts';
import { startOffsets } from './start-offsets.ts';

/**
 * Lets a subscription begin again elsewhere, for history or to leave records out. Stop every instance of it first. What was handled before
 * comes again; with an inbox it has no second effect.
 * @throws KafkaTransportError `group-in-use` while the group has members
 */
export async function resetOffsets(
  options: KafkaTransportOptions,
  subscription: SubscriptionAddress,
  from: StartFrom,
): Promise<ReadonlyMap<number, number>> {
  const settings = readOptions(options);
  const names = createNames(settings.namePrefix);
  const topic = names.topicOf(subscription);
  const group = names.groupOf(subscription);
  const client = await openKafkaClient(settings);
  try {
    const members = await client.admin.membersOf(group);
    if (members > 0) throw inUse(group, members);
    const offsets = await startOffsets(client.admin, topic, from);
    await client.admin.setCommitted(group, topic, offsets);
    return offsets;
  } finally {
    await client.close();
  }
}

function inUse(group: string, members: number): KafkaTransportError {
  const text = `The consumer group '${group}' has ${members} members, which go on where they are: stop every instance first.`;
  return new KafkaTransportError('group-in-use', text);
}
