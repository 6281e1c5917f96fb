import { randomUUID } from 'node:crypto';
import type { consumerGroupHeartbeatV1 } from '@platformatic/kafka';
import { pause } from '@waybill/core/driver';
import { errorName } from './error-name.ts';
import { passing, refusals } from './group-membership.ts';
import type { GroupMembership, MembershipOptions, Standing } from './group-membership.ts';

type TopicShare = consumerGroupHeartbeatV1.ConsumerGroupHeartbeatRequestTopicPartition;
type HeartbeatAnswer = consumerGroupHeartbeatV1.ConsumerGroupHeartbeatResponse;

/** What a member tells in place of its epoch. */
const epochs = { joins: 0, leaves: -1, comesBack: -2 } as const;

/** What a member knows of itself. */
interface Seat {
  readonly context: MembershipOptions;
  readonly memberId: string;
  epoch: number;
  owned: TopicShare[];
  /** How often it was given a share: an epoch may pass without one, and nothing is missed by that. */
  shares: number;
  standing: Standing | undefined;
  heardAtMs: number;
  hurry: AbortController;
  /** Why it is to leave. */
  refusal: Error | undefined;
}

/**
 * Membership in a group that the broker shares out (KIP-848, Kafka 4.0): heartbeats are all there is, and partitions move one by one while the
 * others go on.
 */
export function createBrokerMembership(context: MembershipOptions): GroupMembership {
  const seat: Seat = {
    context,
    memberId: randomUUID(),
    epoch: epochs.joins,
    owned: [],
    shares: 0,
    standing: undefined,
    heardAtMs: -Infinity,
    hurry: new AbortController(),
    refusal: undefined,
  };
  return {
    step: async () => {
      const { refusal } = seat;
      seat.refusal = undefined;
      if (refusal !== undefined) throw refusal;
      await beat(seat);
    },
    recover: (error) => recover(seat, error),
    standing: () => Promise.resolve(seat.standing),
    hurry: () => seat.hurry.abort(),
    giveUp: (error) => {
      seat.refusal = error;
      seat.hurry.abort();
    },
    leave: () => leave(seat),
  };
}

async function beat(seat: Seat): Promise<void> {
  const { events, settings, options, cluster } = seat.context;
  const isNew = seat.standing === undefined;
  // A group must not wait for a member that has nothing to read.
  if (isNew) cluster.forgetTopic(options.topic);
  if (isNew) await cluster.layoutOf(options.topic);
  const askedAtMs = settings.clock.monotonic();
  const answer = await tell(seat, seat.epoch);
  seat.heardAtMs = askedAtMs;
  seat.epoch = answer.memberEpoch;
  seat.standing = { memberId: seat.memberId, generation: seat.epoch };
  events.onHeartbeat(settings.clock.monotonic() - askedAtMs);
  const share = answer.assignment?.topicPartitions ?? seat.owned;
  const isChanged = partitionsOf(share).join() !== partitionsOf(seat.owned).join();
  if (isChanged || isNew) await take(seat, share);
  // What has changed is answered at once: the broker waits for it.
  if (isChanged) return;
  await pause(settings.clock, Math.min(answer.heartbeatIntervalMs, options.heartbeatMs), seat.hurry.signal);
  seat.hurry = new AbortController();
}

async function leave(seat: Seat): Promise<void> {
  if (seat.standing === undefined) return;
  await tell(seat, seat.context.options.instanceId === undefined ? epochs.leaves : epochs.comesBack);
}

async function tell({ context, memberId, owned }: Seat, epoch: number): Promise<HeartbeatAnswer> {
  const { platformatic, cluster, connections, options } = context;
  const { groupId, topic, instanceId = null, rebalanceTimeoutMs, sessionTimeoutMs } = options;
  return connections.request(await cluster.coordinatorOf(groupId), sessionTimeoutMs, (connection) =>
    platformatic.consumerGroupHeartbeatV1.api.async(
      connection,
      groupId,
      memberId,
      epoch,
      instanceId,
      null,
      rebalanceTimeoutMs,
      [topic],
      null,
      null,
      owned,
    ),
  );
}

/** The broker gives what is lost here to nobody before the next heartbeat: what is committed until then counts. */
async function take(seat: Seat, share: TopicShare[]): Promise<void> {
  const { events } = seat.context;
  const partitions = partitionsOf(share);
  if (partitionsOf(seat.owned).some((one) => !partitions.includes(one))) await events.onRebalancing();
  seat.owned = share;
  seat.shares += 1;
  events.onAssigned({ memberId: seat.memberId, generation: seat.shares, partitions });
}

function drop(seat: Seat, error: unknown): void {
  seat.standing = undefined;
  seat.epoch = epochs.joins;
  seat.owned = [];
  seat.context.events.onDown(error);
}

async function recover(seat: Seat, error: unknown): Promise<number | undefined> {
  const { cluster, options, settings } = seat.context;
  const name = errorName(error) ?? '';
  if (name === 'FENCED_MEMBER_EPOCH' || name === 'UNKNOWN_MEMBER_ID') {
    drop(seat, error);
    return 0;
  }
  if (refusals.has(name)) {
    await leave(seat).catch(() => undefined);
    drop(seat, error);
    return undefined;
  }
  cluster.forgetCoordinator(options.groupId);
  const isOverdue = settings.clock.monotonic() - seat.heardAtMs > options.sessionTimeoutMs;
  if (isOverdue && !passing.has(name)) drop(seat, error);
  return undefined;
}

/** A member reads one topic only. */
const partitionsOf = (share: readonly TopicShare[]): readonly number[] =>
  share.flatMap(({ partitions }) => partitions).toSorted((one, other) => one - other);
