import type { joinGroupV9, syncGroupV5 } from '@platformatic/kafka';
import type { KafkaGroupProtocol } from '../../options.ts';
import { sharePartitions } from '../kafkajs/share-partitions.ts';
import type { PartitionClaim } from '../kafkajs/share-partitions.ts';
import type { Platformatic } from './load-platformatic.ts';

export const cooperative = 'cooperative-sticky';

/** Those of members over kafkajs: a group may go from one client to the other member by member. */
const eager = ['waybill-steady', 'RoundRobinAssigner'] as const;

/** What a member tells the others before partitions are shared out. */
export interface Claim {
  readonly topic: string;
  /** Those first whose records are being handled. */
  readonly owned: readonly number[];
  /** In which it was given them; −1 for none. */
  readonly generation: number;
}

/** The ways of sharing out that a member offers, the best first: the group takes one that all its members know. */
export function offeredProtocols(
  { encodeConsumerProtocolSubscription }: Platformatic,
  mode: Exclude<KafkaGroupProtocol, 'consumer'>,
  { topic, owned, generation }: Claim,
): joinGroupV9.JoinGroupRequestProtocol[] {
  const userData = JSON.stringify(owned);
  const ownedPartitions = owned.length === 0 ? [] : [{ topic, partitions: [...owned] }];
  const sticky = encodeConsumerProtocolSubscription({
    version: 3,
    topics: [topic],
    userData,
    ownedPartitions,
    generationId: generation,
  });
  const plain = encodeConsumerProtocolSubscription({ version: 0, topics: [topic], userData });
  const plainOnes = eager.map((name) => ({ name, metadata: plain }));
  return mode === 'cooperative' ? [{ name: cooperative, metadata: sticky }, ...plainOnes] : plainOnes;
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
  const claims = trustedClaims(members.map((member) => claimOf(platformatic, member)));
  const shares = sharePartitions(claims, [...Array(partitions).keys()]);
  return [...shares].map(([memberId, share]) => {
    const given = protocol === cooperative ? share.filter((one) => !isOwnedByOther(claims, memberId, one)) : share;
    const assignedPartitions = [{ topic, partitions: given.toSorted((one, other) => one - other) }];
    return { memberId, assignment: platformatic.encodeConsumerProtocolAssignment({ version: 0, assignedPartitions }) };
  });
}

interface MemberClaim extends PartitionClaim {
  readonly generation: number;
}

/** A member that missed a generation claims what may long be another's. */
function trustedClaims(claims: readonly MemberClaim[]): readonly MemberClaim[] {
  const newest = Math.max(...claims.map(({ generation }) => generation));
  return claims.map((claim) => (claim.generation < newest ? { ...claim, owned: [] } : claim));
}

/** Such a partition has to be given up by its owner first: that one joins once more without it. */
const isOwnedByOther = (claims: readonly MemberClaim[], memberId: string, partition: number): boolean =>
  claims.some((claim) => claim.memberId !== memberId && claim.owned.includes(partition));

/** Members of other programs say what they own, if anything, where the protocol has a place for it. */
function claimOf(
  { decodeConsumerProtocolSubscription }: Platformatic,
  { memberId, metadata }: joinGroupV9.JoinGroupResponseMember,
): MemberClaim {
  const { userData, ownedPartitions, generationId } = decodeConsumerProtocolSubscription(metadata);
  const owned = ownedIn(userData) ?? ownedPartitions.flatMap(({ partitions }) => partitions);
  return { memberId, owned, generation: generationId };
}

function ownedIn(userData: Buffer | null): readonly number[] | undefined {
  try {
    const read: unknown = JSON.parse(userData?.toString() ?? '');
    return Array.isArray(read) ? read.filter((one): one is number => Number.isInteger(one)) : undefined;
  } catch {
    return undefined;
  }
}

/** What a member has been given of its topic. */
export const partitionsIn = (
  { decodeConsumerProtocolAssignment }: Platformatic,
  assignment: Buffer,
  topic: string,
): readonly number[] =>
  decodeConsumerProtocolAssignment(assignment)
    .assignedPartitions.filter((one) => one.topic === topic)
    .flatMap((one) => one.partitions)
    .toSorted((one, other) => one - other);
