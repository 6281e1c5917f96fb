import { pause } from '@waybill/core/driver';
import type { ChannelAddress } from '@waybill/core/driver';
import type { KafkaAdmin, PartitionEnds } from '../client/kafka-admin.ts';
import { openKafkaClient } from '../client/open-kafka-client.ts';
import { KafkaTransportError } from '../kafka-error.ts';
import { createNames } from '../names.ts';
import { readOptions } from '../options.ts';
import type { KafkaSettings, KafkaTransportOptions } from '../options.ts';

export interface RaisePartitionsRequest {
  readonly channel: ChannelAddress;
  /** How many there are to be. */
  readonly partitions: number;
  /** How long the groups may take to come to the ends. Default 60,000. */
  readonly patienceMs?: number;
}

/**
 * Adds partitions to a topic without costing a key its order: hold everything that publishes to the channel, and let the consumers work. Waits
 * until every group is at the end of every partition, makes sure that nothing was published meanwhile, adds the partitions, and looks once
 * more. Then start publishers and consumers with the new number. Nothing in the log marks such a change: a key whose partition is another one
 * now would be read there while its earlier messages still wait in the old one.
 * @throws KafkaTransportError `not-drained`, with nothing changed but where it says so; `partitions-drift` where the topic has as many or more
 */
export async function raisePartitions(options: KafkaTransportOptions, request: RaisePartitionsRequest): Promise<void> {
  const settings = readOptions(options);
  const names = createNames(settings.namePrefix);
  const topic = names.topicOf(request.channel);
  const client = await openKafkaClient(settings);
  try {
    const { admin } = client;
    const before = await admin.endsOf(topic);
    if (before.size >= request.partitions) throw alreadySo(topic, before.size);
    const groups = (await admin.groupIds()).filter((group) => names.isGroupOf(request.channel, group));
    await untilDrained({ admin, topic, groups, ends: before }, settings.clock, request.patienceMs ?? 60_000);
    refuseGrowth(topic, before, await admin.endsOf(topic), 'Nothing was changed');
    await admin.addPartitions(topic, request.partitions);
    refuseGrowth(topic, before, await admin.endsOf(topic), 'The partitions are there');
  } finally {
    await client.close();
  }
}

interface Backlog {
  readonly admin: KafkaAdmin;
  readonly topic: string;
  readonly groups: readonly string[];
  readonly ends: ReadonlyMap<number, PartitionEnds>;
}

const pollMs = 200;

async function untilDrained(backlog: Backlog, clock: KafkaSettings['clock'], patienceMs: number): Promise<void> {
  const untilMs = clock.monotonic() + patienceMs;
  for (;;) {
    const behind = await groupsBehind(backlog);
    if (behind.length === 0) return;
    if (clock.monotonic() + pollMs > untilMs) throw notDrained(backlog.topic, behind);
    await pause(clock, pollMs);
  }
}

async function groupsBehind({ admin, topic, groups, ends }: Backlog): Promise<readonly string[]> {
  const behind: string[] = [];
  for (const group of groups) {
    const committed = await admin.committedOf(group, topic);
    // What the broker has deleted meanwhile is behind nobody.
    const isAtEnd = [...ends].every(
      ([partition, { low, high }]) => Math.max(committed.get(partition) ?? 0, low) >= high,
    );
    if (!isAtEnd) behind.push(group);
  }
  return behind;
}

/** A partition that was not there before has to be empty. */
function refuseGrowth(
  topic: string,
  before: ReadonlyMap<number, PartitionEnds>,
  after: ReadonlyMap<number, PartitionEnds>,
  consequence: string,
): void {
  const grown = [...after].filter(([partition, { high }]) => high > (before.get(partition)?.high ?? 0));
  if (grown.length === 0) return;
  const partitions = grown.map(([partition]) => partition).join(', ');
  const text = `Something was published to the topic '${topic}' meanwhile (partitions ${partitions}): hold every publisher. ${consequence}.`;
  throw new KafkaTransportError('not-drained', text);
}

function notDrained(topic: string, groups: readonly string[]): KafkaTransportError {
  const text = `Groups are not at the end of the topic '${topic}': ${groups.join(', ')}. Let their consumers work, or delete groups that nobody needs. Nothing was changed.`;
  return new KafkaTransportError('not-drained', text);
}

function alreadySo(topic: string, partitions: number): KafkaTransportError {
  return new KafkaTransportError('partitions-drift', `The topic '${topic}' has ${partitions} partitions already.`);
}
