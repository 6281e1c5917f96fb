import kafkajs from 'kafkajs';
import type { Assigner, Cluster, PartitionAssigner } from 'kafkajs';
import type { FetchTracker } from './fetch-tracker.ts';
import { unknownTopic } from './retry-answers.ts';
import { sharePartitions } from './share-partitions.ts';
import type { PartitionClaim } from './share-partitions.ts';

const { MemberMetadata, MemberAssignment } = kafkajs.AssignerProtocol;

const name = 'waybill-steady';
const version = 0;

export interface SteadyAssignerOptions {
  /** The partitions that this member has, those in work first. Asked at every attempt to join. */
  readonly claim: () => readonly number[];
  /** The group is joined when it resolves. */
  readonly beforeJoin: () => Promise<void>;
  /** Told of every broker that is looked for, for a fetch or anything else. */
  readonly fetches: Pick<FetchTracker, 'connected' | 'refused'>;
  /** The topic is not there any more. */
  readonly onTopicGone: (error: unknown) => void;
  /** What the consumer reads goes through it. */
  readonly guard: (cluster: Pick<Cluster, 'findBroker'>) => void;
}

/**
 * An assigner that lets partitions stay where they are worked on. It is also the only thing that kafkajs hands its connections to: before every
 * join it asks them for the coordinator, so that is where a join can wait; where a topic has gone it asks them for metadata, and would go on with
 * its old offsets in a new topic of that name; and it reads through them.
 */
export function steadyAssigner(options: SteadyAssignerOptions): PartitionAssigner {
  const { claim, beforeJoin, fetches, guard, onTopicGone } = options;
  return ({ cluster }) => {
    guard(cluster);
    tellBrokers(cluster, fetches);
    const refreshMetadata = cluster.refreshMetadata.bind(cluster);
    cluster.refreshMetadata = async () => {
      try {
        await refreshMetadata();
      } catch (error) {
        if (error instanceof Error && 'type' in error && error.type === unknownTopic) onTopicGone(error);
        throw error;
      }
    };
    const findGroupCoordinator = cluster.findGroupCoordinator.bind(cluster);
    cluster.findGroupCoordinator = async (group) => {
      await beforeJoin();
      return findGroupCoordinator(group);
    };
    return assignerOver(cluster, claim);
  };
}

function tellBrokers(cluster: Pick<Cluster, 'findBroker'>, fetches: SteadyAssignerOptions['fetches']): void {
  const findBroker = cluster.findBroker.bind(cluster);
  cluster.findBroker = async (node) => {
    try {
      const broker = await findBroker(node);
      fetches.connected(node.nodeId);
      return broker;
    } catch (error) {
      fetches.refused(node.nodeId);
      throw error;
    }
  };
}

function assignerOver(
  cluster: Pick<Cluster, 'findTopicPartitionMetadata'>,
  claim: SteadyAssignerOptions['claim'],
): Assigner {
  return {
    name,
    version,
    protocol: ({ topics }) => {
      const userData = Buffer.from(JSON.stringify(claim()));
      return { name, metadata: MemberMetadata.encode({ version, topics, userData }) };
    },
    assign: async ({ members, topics }) => {
      const [topic = ''] = topics;
      const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
      const claims = members.map(({ memberId, memberMetadata }) => ({ memberId, owned: ownedIn(memberMetadata) }));
      return [...sharePartitions(claims, partitions)].map(([memberId, share]) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({
          version,
          assignment: { [topic]: share.toSorted((one, other) => one - other) },
          userData: Buffer.alloc(0),
        }),
      }));
    },
  };
}

/** Another program may have put anything there. */
function ownedIn(memberMetadata: Buffer): PartitionClaim['owned'] {
  try {
    const read: unknown = JSON.parse(MemberMetadata.decode(memberMetadata)?.userData.toString() ?? '');
    return Array.isArray(read) ? read.filter((one): one is number => Number.isInteger(one)) : [];
  } catch {
    return [];
  }
}
