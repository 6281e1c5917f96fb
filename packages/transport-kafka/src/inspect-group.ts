import type { QueueInspection, SubscriptionAddress } from '@waybill/core/driver';
import type { KafkaAdmin } from './client/kafka-admin.ts';
import type { PartitionHolding } from './receiver/partition-holding.ts';
import { requirePartitions } from './topology/check-channel.ts';
import { requireGroup } from './topology/declare-group.ts';
import type { TopologyContext } from './topology/topology-context.ts';

/** What a receiver of this process knows of a partition of its group. */
export interface GroupHolding extends PartitionHolding {
  readonly groupId: string;
}

/** A partition, by the broker and by this process. */
interface PartitionView {
  readonly partition: number;
  /** The first that nobody here has read. */
  readonly nextOffset: number;
  /** From there to the end; too many where the log was compacted. */
  readonly unread: number;
  readonly holding: GroupHolding | undefined;
}

/**
 * The lag of a group. What is in flight only its members know, and so it is unknown where some of them are elsewhere; the age comes from the records
 * that are held here, and else from the record at the first unfinished offset.
 * @throws KafkaTransportError `topic-missing`, `group-missing`
 */
export async function inspectGroup(
  context: TopologyContext,
  subscription: SubscriptionAddress,
  holdings: () => readonly GroupHolding[],
): Promise<QueueInspection> {
  const { admin, names, settings } = context;
  const topic = names.topicOf(subscription);
  const group = names.groupOf(subscription);
  await requirePartitions(context, subscription);
  await requireGroup(context, subscription);
  const views = await viewsOf({ admin, topic, group }, holdings);
  const held = views.flatMap(({ holding }) => (holding === undefined ? [] : [holding]));
  const isWhole = held.length === views.length || (await admin.membersOf(group)) === 0;
  const oldestMs = await oldestTimestampMs(admin, topic, views);
  return {
    ready: sum(views.map(({ unread, holding }) => unread + (holding?.waiting ?? 0))),
    inFlight: isWhole ? sum(held.map(({ inFlight }) => inFlight)) : undefined,
    oldestAgeMs: oldestMs === undefined ? undefined : Math.max(0, settings.clock.now() - oldestMs),
  };
}

interface GroupOnTopic {
  readonly admin: KafkaAdmin;
  readonly topic: string;
  readonly group: string;
}

async function viewsOf(
  { admin, topic, group }: GroupOnTopic,
  holdings: () => readonly GroupHolding[],
): Promise<readonly PartitionView[]> {
  const [committed, ends] = await Promise.all([admin.committedOf(group, topic), admin.endsOf(topic)]);
  // Asked last: it is ahead of what is committed.
  const own = new Map(holdings().flatMap((one) => (one.groupId === group ? [[one.partition, one]] : [])));
  return [...ends].map(([partition, { low, high }]) => {
    const holding = own.get(partition);
    // A member reads ahead of what is committed, and may have finished what is not committed yet.
    const nextOffset = Math.max(low, holding?.position ?? committed.get(partition) ?? low);
    return { partition, nextOffset, unread: Math.max(0, high - nextOffset), holding };
  });
}

/** `Infinity` where nothing is open; `undefined` where no record can be looked at, such as those of a batch that cannot be decoded. */
async function oldestTimestampMs(
  admin: KafkaAdmin,
  topic: string,
  views: readonly PartitionView[],
): Promise<number | undefined> {
  const known = views.flatMap(({ holding }) => holding?.oldestAtMs ?? []);
  const asked = views.filter(({ unread, holding }) => unread > 0 && holding?.oldestAtMs === undefined);
  const offsets = new Map(asked.map(({ partition, nextOffset }) => [partition, nextOffset]));
  const fetched = offsets.size === 0 ? new Map<number, number>() : await admin.timestampsAt(topic, offsets);
  const all = [...known, ...fetched.values()];
  return all.length === 0 && asked.length > 0 ? undefined : Math.min(...all);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
