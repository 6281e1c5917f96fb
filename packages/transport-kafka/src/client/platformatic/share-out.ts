import type {
  ClusterMetadata,
  ExtendedGroupProtocolSubscription,
  GroupAssignment,
  joinGroupV9,
  syncGroupV5,
} from '@platformatic/kafka';
import type { KafkaGroupProtocol } from '../../options.ts';
import type { Platformatic } from './load-platformatic.ts';

export const cooperative = 'cooperative-sticky';

/** What a member of a group tells the others before partitions are shared out. */
export interface Claim {
  readonly topic: string;
  readonly owned: readonly number[];
  /** In which it was given them; −1 for none. */
  readonly generation: number;
}

/**
 * The ways of sharing out that a member offers, the best first: the group takes one that all its members know. The eager ones are those of the
 * Java client and of kafkajs, so that a group may be moved from one client to the other member by member.
 */
export function offeredProtocols(
  { encodeConsumerProtocolSubscription }: Platformatic,
  mode: Exclude<KafkaGroupProtocol, 'consumer'>,
  { topic, owned, generation }: Claim,
): joinGroupV9.JoinGroupRequestProtocol[] {
  const ownedPartitions = owned.length === 0 ? [] : [{ topic, partitions: [...owned] }];
  const sticky = encodeConsumerProtocolSubscription({
    version: 3,
    topics: [topic],
    ownedPartitions,
    generationId: generation,
  });
  const plain = encodeConsumerProtocolSubscription({ version: 0, topics: [topic] });
  const eager = ['roundrobin', 'RoundRobinAssigner'].map((name) => ({ name, metadata: plain }));
  return mode === 'cooperative' ? [{ name: cooperative, metadata: sticky }, ...eager] : eager;
}

export interface ShareOutOptions {
  readonly protocol: string;
  readonly members: readonly joinGroupV9.JoinGroupResponseMember[];
  readonly topic: string;
  readonly partitions: number;
}

/** What the leader of a group decides for all its members. */
export function shareOut(
  platformatic: Platformatic,
  { protocol, members, topic, partitions }: ShareOutOptions,
): syncGroupV5.SyncGroupRequestAssignment[] {
  const { cooperativeStickyAssigner, roundRobinAssigner, encodeConsumerProtocolAssignment } = platformatic;
  // In the order of their ids, so that as many partitions as possible stay where they were.
  const sorted = members.toSorted((one, other) => (one.memberId < other.memberId ? -1 : 1));
  const subscriptions = new Map(sorted.map((member) => [member.memberId, subscriptionOf(platformatic, member)]));
  const assign = protocol === cooperative ? cooperativeStickyAssigner : roundRobinAssigner;
  const shares = assign('', subscriptions, new Set([topic]), metadataOf(topic, partitions));
  return shares.map(({ memberId, assignments }) => ({
    memberId,
    assignment: encodeConsumerProtocolAssignment({ version: 0, assignedPartitions: [...assignments.values()] }),
  }));
}

function subscriptionOf(
  { decodeConsumerProtocolSubscription }: Platformatic,
  { memberId, metadata }: joinGroupV9.JoinGroupResponseMember,
): ExtendedGroupProtocolSubscription {
  const { version, topics, userData, ownedPartitions, generationId } = decodeConsumerProtocolSubscription(metadata);
  return { memberId, version, topics, metadata: userData, ownedPartitions, generationId };
}

/** All that the assigners of the library look at. */
const metadataOf = (topic: string, partitions: number): ClusterMetadata => ({
  id: '',
  brokers: new Map(),
  controllerId: -1,
  topics: new Map([[topic, { id: topic, partitions: [], partitionsCount: partitions, lastUpdate: 0 }]]),
  lastUpdate: 0,
});

/** What a member has been given of its topic. */
export const partitionsIn = (
  { decodeConsumerProtocolAssignment }: Platformatic,
  assignment: Buffer,
  topic: string,
): readonly number[] =>
  decodeConsumerProtocolAssignment(assignment)
    .assignedPartitions.filter((one: GroupAssignment) => one.topic === topic)
    .flatMap((one) => one.partitions)
    .toSorted((one, other) => one - other);
