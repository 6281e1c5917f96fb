import type { KafkaAdmin } from '../kafka-admin.ts';
import { askAgain } from './ask-again.ts';
import { wholeAnswer } from './error-name.ts';
import type { RequestContext } from './request-context.ts';
import { committedOf } from './topic-offsets.ts';
import { freshLayout } from './topic-questions.ts';

type GroupQuestions = Pick<KafkaAdmin, 'committedOf' | 'setCommitted' | 'membersOf' | 'groupIds'>;

export function createGroupQuestions(context: RequestContext): GroupQuestions {
  const { settings } = context;
  return {
    committedOf: (groupId, topic) =>
      askAgain(settings, async () => {
        const { leaders } = await freshLayout(context, topic);
        const committed = await committedOf(context, groupId, topic, [...leaders.keys()]);
        return new Map([...committed].map(([partition, offset]) => [partition, Math.max(0, offset)]));
      }),
    setCommitted: (groupId, topic, offsets) =>
      askAgain(settings, () => setCommitted(context, { groupId, topic, offsets })),
    membersOf: (groupId) => askAgain(settings, () => membersOf(context, groupId)),
    groupIds: () => askAgain(settings, () => groupIds(context)),
  };
}

interface NewCommit {
  readonly groupId: string;
  readonly topic: string;
  readonly offsets: ReadonlyMap<number, number>;
}

/** A commit of nobody, which a coordinator takes while the group has no members. */
const nobody = { memberId: '', generation: -1 } as const;

async function setCommitted(context: RequestContext, { groupId, topic, offsets }: NewCommit): Promise<void> {
  const { platformatic, settings, cluster, connections } = context;
  cluster.forgetCoordinator(groupId);
  const partitions = [...offsets].map(([partitionIndex, offset]) => ({
    partitionIndex,
    committedOffset: BigInt(offset),
    committedLeaderEpoch: -1,
    committedMetadata: null,
  }));
  await connections.request(await cluster.coordinatorOf(groupId), settings.requestTimeoutMs, (connection) =>
    platformatic.offsetCommitV9.api.async(connection, groupId, nobody.generation, nobody.memberId, null, [
      { name: topic, partitions },
    ]),
  );
}

/** The broker knows a group by one of two protocols, and denies it under the other. */
async function membersOf(context: RequestContext, groupId: string): Promise<number> {
  const { platformatic, settings, cluster, connections } = context;
  const { consumerGroupDescribeV0, describeGroupsV5 } = platformatic;
  cluster.forgetCoordinator(groupId);
  const coordinator = await cluster.coordinatorOf(groupId);
  const shared = await connections.request(coordinator, settings.requestTimeoutMs, (connection) =>
    wholeAnswer(consumerGroupDescribeV0.api.async(connection, [groupId], false)),
  );
  if (shared.groups[0]?.errorCode === 0) return shared.groups[0].members.length;
  const classic = await connections.request(coordinator, settings.requestTimeoutMs, (connection) =>
    describeGroupsV5.api.async(connection, [groupId], false),
  );
  return classic.groups[0]?.members.length ?? 0;
}

/** A broker names the groups that it coordinates. */
async function groupIds(context: RequestContext): Promise<readonly string[]> {
  const { platformatic, settings, cluster, connections } = context;
  const brokers = await cluster.brokers();
  const answers = await Promise.all(
    brokers.map((broker) =>
      connections.request(broker, settings.requestTimeoutMs, (connection) =>
        platformatic.listGroupsV4.api.async(connection, [], []),
      ),
    ),
  );
  return answers.flatMap(({ groups }) => groups.map(({ groupId }) => groupId));
}
