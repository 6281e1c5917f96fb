import kafkajs from 'kafkajs';
import type { PartitionAssigner } from 'kafkajs';
import { sharePartitions } from './share-partitions.ts';
import type { PartitionClaim } from './share-partitions.ts';

const { MemberMetadata, MemberAssignment } = kafkajs.AssignerProtocol;

const name = 'waybill-steady';
const version = 0;

/**
 * An assigner that lets partitions stay where they are worked on. `claim` is asked at every attempt to join, for the partitions that this member
 * has, those in work first; each attempt may have been a generation, even if its answer was lost.
 */
export function steadyAssigner(claim: () => readonly number[]): PartitionAssigner {
  return ({ cluster }) => ({
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
  });
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
