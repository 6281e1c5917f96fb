import { pause } from '@waybill/core/driver';
import { createClassicRequests } from './classic-requests.ts';
import type { ClassicRequests, JoinGroupResponse } from './classic-requests.ts';
import { errorName } from './error-name.ts';
import { passing, refusals } from './group-membership.ts';
import type { GroupMembership, MembershipOptions, Standing } from './group-membership.ts';
import { cooperative, partitionsIn, shareOut } from './share-out.ts';

/** How often the leader of a group looks whether the topic has got more partitions. */
const lookMs = 5000;

/** What a member knows of itself. */
interface Seat {
  readonly context: MembershipOptions;
  readonly requests: ClassicRequests;
  /** Stops the reading until the next share. */
  readonly hold: () => void;
  memberId: string;
  generation: number;
  protocol: string;
  /** Changes as they are told: grows by more than one only where a change that was missed can have cost a partition. */
  changes: number;
  /** The generation of the last change that was told. */
  toldAt: number;
  owned: readonly number[];
  /** Until the group is shared anew. */
  isSettled: boolean;
  standing: Standing | undefined;
  /** While it joins: under what commits may be made that were asked for meanwhile. */
  joining: PromiseWithResolvers<Standing | undefined> | undefined;
  /** Of the leader only: how many partitions it has shared out, and when it looked. */
  shared: { readonly partitions: number; readonly atMs: number } | undefined;
  heardAtMs: number;
  hurry: AbortController;
  /** Why it is to leave. */
  refusal: Error | undefined;
}

const outside = {
  generation: -1,
  protocol: '',
  owned: [],
  isSettled: false,
  standing: undefined,
  shared: undefined,
} as const;

/** Membership by joining and heartbeats, as every Kafka knows it; eager or cooperative, as the group agrees. */
export function createClassicMembership(context: MembershipOptions, hold: () => void): GroupMembership {
  const requests = createClassicRequests(context);
  const seat: Seat = {
    ...outside,
    context,
    requests,
    hold,
    memberId: '',
    changes: 0,
    toldAt: -1,
    heardAtMs: -Infinity,
    hurry: new AbortController(),
    refusal: undefined,
    joining: undefined,
  };
  return {
    step: async () => {
      const { refusal } = seat;
      seat.refusal = undefined;
      if (refusal !== undefined) throw refusal;
      await (seat.isSettled ? beat(seat) : join(seat));
    },
    recover: (error) => recover(seat, error),
    standing: async () => seat.joining?.promise ?? seat.standing,
    hurry: () => seat.hurry.abort(),
    giveUp: (error) => {
      seat.refusal = error;
      seat.hurry.abort();
    },
    leave: () => leave(seat),
  };
}

async function join(seat: Seat): Promise<void> {
  const { context, requests } = seat;
  const { platformatic, options, settings } = context;
  const { cluster } = context;
  // A group must not wait for a member that has nothing to read.
  cluster.forgetTopic(options.topic);
  await cluster.layoutOf(options.topic);
  const busy = new Set(options.listener.busyPartitions());
  const owned = seat.owned.toSorted((one, other) => Number(busy.has(other)) - Number(busy.has(one)));
  // What it has stays its own over a cooperative join: until it is known under which generation, a commit waits.
  if (seat.protocol === cooperative) seat.joining ??= Promise.withResolvers();
  const joined = await requests.join({ ...seat, owned }, (memberId) => {
    seat.memberId = memberId;
  });
  const before = seat.protocol;
  seat.memberId = joined.memberId;
  // From here on what it has claimed counts, even if the group is shared anew before it hears of its share.
  seat.generation = joined.generationId;
  seat.protocol = joined.protocolName ?? '';
  if (seat.protocol !== cooperative) stand(seat, undefined);
  seat.shared = undefined;
  const decides = joined.leader === joined.memberId && !joined.skipAssignment;
  const shares = decides ? await decide(seat, joined) : [];
  const askedAtMs = settings.clock.monotonic();
  const { assignment } = await requests.sync(joined, shares);
  hear(seat, askedAtMs);
  // In a cooperative group nobody is given what a member that joins has claimed: a change of which it did not hear has cost it nothing.
  const isGapless = before === cooperative && seat.protocol === cooperative;
  seat.changes += isGapless ? 1 : Math.max(1, joined.generationId - seat.toldAt);
  seat.toldAt = joined.generationId;
  await take(seat, partitionsIn(platformatic, assignment, options.topic));
}

async function decide(seat: Seat, { protocolName, members }: JoinGroupResponse): Promise<ReturnType<typeof shareOut>> {
  const { platformatic, cluster, options, settings } = seat.context;
  const { topic } = options;
  cluster.forgetTopic(topic);
  const partitions = (await cluster.layoutOf(topic)).leaders.length;
  seat.shared = { partitions, atMs: settings.clock.monotonic() };
  return shareOut(platformatic, { protocol: protocolName ?? '', members, topic, partitions });
}

function stand(seat: Seat, standing: Standing | undefined): void {
  seat.standing = standing;
  seat.joining?.resolve(standing);
  seat.joining = undefined;
}

/** In a cooperative group what a member gives away goes to another only when it has joined once more without it. */
async function take(seat: Seat, partitions: readonly number[]): Promise<void> {
  const { events } = seat.context;
  const standing = { memberId: seat.memberId, generation: seat.generation };
  stand(seat, standing);
  const givesAway = seat.protocol === cooperative && seat.owned.some((one) => !partitions.includes(one));
  if (givesAway) await events.onRebalancing();
  seat.owned = partitions;
  seat.isSettled = !givesAway;
  events.onAssigned({ memberId: seat.memberId, generation: seat.changes, partitions });
}

async function beat(seat: Seat): Promise<void> {
  const { options, settings, signal } = seat.context;
  await pause(settings.clock, options.heartbeatMs, seat.hurry.signal);
  seat.hurry = new AbortController();
  if (signal.aborted || !seat.isSettled) return;
  const askedAtMs = settings.clock.monotonic();
  await seat.requests.heartbeat(seat);
  hear(seat, askedAtMs);
  if (await hasGrown(seat)) await rebalance(seat);
}

/** A session counts from when the coordinator was asked, or a little later. */
function hear(seat: Seat, askedAtMs: number): void {
  const { events, settings } = seat.context;
  seat.heardAtMs = askedAtMs;
  events.onHeartbeat(settings.clock.monotonic() - askedAtMs);
}

async function hasGrown(seat: Seat): Promise<boolean> {
  const { shared } = seat;
  const { cluster, options, settings } = seat.context;
  const atMs = settings.clock.monotonic();
  if (shared === undefined || atMs - shared.atMs < lookMs) return false;
  seat.shared = { ...shared, atMs };
  cluster.forgetTopic(options.topic);
  const layout = await cluster.layoutOf(options.topic).catch(() => undefined);
  return layout !== undefined && layout.leaders.length !== shared.partitions;
}

async function rebalance(seat: Seat): Promise<void> {
  if (seat.protocol !== cooperative) seat.hold();
  seat.isSettled = false;
  // Shared anew before it heard of its share: what it has claimed with its last join is its own under that one.
  if (seat.joining !== undefined) stand(seat, { memberId: seat.memberId, generation: seat.generation });
  await seat.context.events.onRebalancing();
}

async function leave({ context, requests, memberId }: Seat): Promise<void> {
  if (memberId !== '' && context.options.instanceId === undefined) await requests.leave(memberId);
}

function drop(seat: Seat, error: unknown): void {
  Object.assign(seat, outside);
  stand(seat, undefined);
  seat.context.events.onDown(error);
}

async function recover(seat: Seat, error: unknown): Promise<number | undefined> {
  const { cluster, options, settings } = seat.context;
  const name = errorName(error) ?? '';
  if (name === 'REBALANCE_IN_PROGRESS') {
    await rebalance(seat);
    return 0;
  }
  if (forgetsMember.has(name)) seat.memberId = '';
  if (forgetsMember.has(name) || name === 'ILLEGAL_GENERATION') {
    drop(seat, error);
    // Whoever has taken the name of an instance is not to lose it again at once.
    return name === 'FENCED_INSTANCE_ID' ? options.sessionTimeoutMs : 0;
  }
  if (refusals.has(name)) {
    drop(seat, error);
    await leave(seat).catch(() => undefined);
    return undefined;
  }
  cluster.forgetCoordinator(options.groupId);
  const isOverdue = settings.clock.monotonic() - seat.heardAtMs > options.sessionTimeoutMs;
  if (isOverdue && !passing.has(name)) drop(seat, error);
  return undefined;
}

const forgetsMember: ReadonlySet<string> = new Set(['UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID']);
