import type { SubscriptionAddress } from '@waybill/core/driver';
import type { PartitionEnds } from '../client/kafka-admin.ts';
import { openKafkaClient } from '../client/open-kafka-client.ts';
import { createNames } from '../names.ts';
import { readOptions } from '../options.ts';
import type { KafkaTransportOptions } from '../options.ts';
import { requirePartitions } from './check-channel.ts';
import { requireGroup } from './declare-group.ts';
import type { TopologyContext } from './topology-context.ts';

/** Where a group is in one partition, as the broker has it. Offsets count records, and after a compaction those that are gone as well. */
export interface PartitionLag {
  readonly partition: number;
  /** The first record that is still there. */
  readonly low: number;
  /** The first one that is not finished; `undefined` where the group has committed nothing yet. */
  readonly committed: number | undefined;
  /** What the next record gets. */
  readonly end: number;
  /** From the first unfinished record that is still there to the end. */
  readonly lag: number;
  /** Of the first unfinished record, in milliseconds since it was written; 0 where nothing is behind. */
  readonly oldestAgeMs: number;
}

/**
 * The lag of a subscription partition by partition, in their order: which of them stands still, behind a key or without a member. What is in flight
 * only members know; `inspect` of their transport tells it.
 * @throws KafkaTransportError `topic-missing`, `group-missing`
 */
export async function inspectPartitions(
  options: KafkaTransportOptions,
  subscription: SubscriptionAddress,
): Promise<readonly PartitionLag[]> {
  const settings = readOptions(options);
  const { admin, close } = await openKafkaClient(settings);
  try {
    return await partitionLags({ settings, names: createNames(settings.namePrefix), admin }, subscription);
  } finally {
    await close();
  }
}

export async function partitionLags(
  context: TopologyContext,
  subscription: SubscriptionAddress,
): Promise<readonly PartitionLag[]> {
  const { admin, names, settings } = context;
  const topic = names.topicOf(subscription);
  await requirePartitions(context, subscription);
  await requireGroup(context, subscription);
  // The ends are asked for last, so that nothing is committed beyond them.
  const committed = await admin.committedOf(names.groupOf(subscription), topic);
  const ends = await admin.endsOf(topic);
  const firsts = firstUnfinished(committed, ends);
  const written = firsts.size === 0 ? new Map<number, number>() : await admin.timestampsAt(topic, firsts);
  const nowMs = settings.clock.now();
  const lags = [...ends].map(([partition, { low, high }]) => ({
    partition,
    low,
    committed: committed.get(partition),
    end: high,
    lag: high - (firsts.get(partition) ?? high),
    oldestAgeMs: Math.max(0, nowMs - (written.get(partition) ?? nowMs)),
  }));
  return lags.toSorted((one, other) => one.partition - other.partition);
}

/** Leaves out partitions of which nothing is left to do. */
function firstUnfinished(
  committed: ReadonlyMap<number, number>,
  ends: ReadonlyMap<number, PartitionEnds>,
): ReadonlyMap<number, number> {
  const firsts = [...ends].map(([partition, { low, high }]) => {
    const first = Math.max(low, committed.get(partition) ?? low);
    return { partition, first, isBehind: first < high };
  });
  return new Map(firsts.filter(({ isBehind }) => isBehind).map(({ partition, first }) => [partition, first]));
}
