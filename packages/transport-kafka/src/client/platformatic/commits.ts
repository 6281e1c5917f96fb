import { KafkaTransportError } from '../../kafka-error.ts';
import type { MemberOptions } from '../kafka-member.ts';
import { errorName } from './error-name.ts';
import type { Standing } from './group-membership.ts';
import type { RequestContext } from './request-context.ts';

export interface Commits {
  /** Under a standing of the caller's choice: one that is no longer good is refused, and never changed for a newer one. */
  readonly commit: (standing: Standing, offsets: ReadonlyMap<number, number>) => Promise<void>;
  /** Resolves when all that are under way are answered. */
  readonly settled: () => Promise<void>;
}

export function createCommits(
  { platformatic, settings, cluster, connections }: RequestContext,
  options: Pick<MemberOptions, 'groupId' | 'instanceId' | 'topic'>,
): Commits {
  const { groupId, topic, instanceId = null } = options;
  const underWay = new Set<Promise<void>>();
  const send = async ({ memberId, generation }: Standing, offsets: ReadonlyMap<number, number>): Promise<void> => {
    const partitions = [...offsets].map(([partitionIndex, offset]) => ({
      partitionIndex,
      committedOffset: BigInt(offset),
      committedLeaderEpoch: -1,
      committedMetadata: null,
    }));
    try {
      const coordinator = await cluster.coordinatorOf(groupId);
      await connections.request(coordinator, settings.requestTimeoutMs, (connection) =>
        platformatic.offsetCommitV9.api.async(connection, groupId, generation, memberId, instanceId, [
          { name: topic, partitions },
        ]),
      );
    } catch (error) {
      if (refusals.has(errorName(error) ?? '')) throw fenced(groupId, error);
      cluster.forgetCoordinator(groupId);
      throw error;
    }
  };
  return {
    commit: async (standing, offsets) => {
      const sent = send(standing, offsets);
      const done = sent.catch(() => undefined);
      underWay.add(done);
      await done;
      underWay.delete(done);
      await sent;
    },
    settled: async () => {
      await Promise.all(underWay);
    },
  };
}

/** The group has gone on without this member. */
const refusals: ReadonlySet<string> = new Set([
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'FENCED_INSTANCE_ID',
  'FENCED_MEMBER_EPOCH',
]);

export const fenced = (groupId: string, cause?: unknown): KafkaTransportError =>
  new KafkaTransportError('fenced', `The group ${groupId} has gone on without this member: nothing was committed.`, {
    cause,
  });
