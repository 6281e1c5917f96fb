import type { KafkaAdmin } from '../kafka-admin.ts';
import type { KafkajsBroker, KafkajsCluster } from './cluster.ts';
import type { AdminSettings } from './kafkajs-admin.ts';
import { retryAnswers } from './retry-answers.ts';
import { requireTopic } from './topic-questions.ts';

type GroupQuestions = Pick<KafkaAdmin, 'committedOf' | 'setCommitted' | 'membersOf' | 'groupIds'>;

/** A commit of nobody, which a coordinator takes while the group has no members. */
const nobody = { groupGenerationId: -1, memberId: '' } as const;

const uncommitted = -1;

export function createGroupQuestions(cluster: () => KafkajsCluster, settings: AdminSettings): GroupQuestions {
  const ask = <Answer>(question: () => Promise<Answer>): Promise<Answer> => retryAnswers(settings, question);
  return {
    committedOf: (groupId, topic) =>
      ask(async () => {
        const { partitionMetadata } = await requireTopic(cluster(), topic);
        const partitions = partitionMetadata.map(({ partitionId: partition }) => ({ partition }));
        const coordinator = await coordinatorOf(cluster(), groupId, topic);
        const { responses } = await coordinator.offsetFetch({ groupId, topics: [{ topic, partitions }] });
        const offsets = responses.flatMap((response) => response.partitions);
        const committed = offsets.filter(({ offset }) => Number(offset) !== uncommitted);
        return new Map(committed.map(({ partition, offset }) => [partition, Math.max(0, Number(offset))]));
      }),
    setCommitted: (groupId, topic, offsets) =>
      ask(async () => {
        const partitions = [...offsets].map(([partition, offset]) => ({ partition, offset: String(offset) }));
        const coordinator = await coordinatorOf(cluster(), groupId, topic);
        await coordinator.offsetCommit({ ...nobody, groupId, topics: [{ topic, partitions }] });
      }),
    membersOf: (groupId) =>
      ask(async () => {
        await knowBrokers(cluster());
        const coordinator = await cluster().findGroupCoordinator({ groupId });
        const { groups } = await coordinator.describeGroups({ groupIds: [groupId] });
        return groups[0]?.members.length ?? 0;
      }),
    groupIds: () =>
      ask(async () => {
        await knowBrokers(cluster());
        const answers = await Promise.all(
          cluster()
            .getNodeIds()
            .map(async (nodeId) => (await cluster().brokerPool.findBroker({ nodeId })).listGroups()),
        );
        return answers.flatMap(({ groups }) => groups.map(({ groupId }) => groupId));
      }),
  };
}

/** A coordinator is looked for among the brokers that are known. */
async function knowBrokers(cluster: KafkajsCluster): Promise<void> {
  if (cluster.getNodeIds().length === 0) await cluster.refreshMetadata();
}

async function coordinatorOf(cluster: KafkajsCluster, groupId: string, topic: string): Promise<KafkajsBroker> {
  await cluster.brokerPool.refreshMetadata([topic]);
  return cluster.findGroupCoordinator({ groupId });
}
