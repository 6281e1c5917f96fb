import type { Admin } from '@waybill/conformance';
import type { SubscriptionAddress } from '@waybill/core/driver';
import type { HandedOut } from './handed-out.ts';
import type { RawClient } from './raw-client.ts';
import { groupNameOf, topicNameOf } from './topology.ts';

/** Ends and commits by the plain library. The broker counts nothing that is in flight: drivers are counted, each at its own door. */
export function createAdmin(client: RawClient, handedOut: HandedOut): Admin {
  const lagOf = (subscription: SubscriptionAddress): Promise<number> =>
    client.administer(async (admin) => {
      const topic = topicNameOf(subscription);
      const [committed] = await admin.fetchOffsets({ groupId: groupNameOf(subscription), topics: [topic] });
      const ends = await admin.fetchTopicOffsets(topic);
      const next = new Map(committed?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
      return ends.reduce((total, { partition, low, high }) => {
        const from = Math.max(Number(low), next.get(partition) ?? 0);
        return total + Math.max(0, Number(high) - from);
      }, 0);
    });

  return {
    depth: async (subscription) => Math.max(0, (await lagOf(subscription)) - handedOut.count(subscription)),
    inFlight: async (subscription) => handedOut.count(subscription),
    deleteQueue: (subscription) =>
      client.administer((admin) => admin.deleteTopics({ topics: [topicNameOf(subscription)] })),
    purge: (subscription) =>
      client.administer(async (admin) => {
        const topic = topicNameOf(subscription);
        const ends = await admin.fetchTopicOffsets(topic);
        const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }));
        await admin.deleteTopicRecords({ topic, partitions });
      }),
    cleanUp: (runId) =>
      client.administer(async (admin) => {
        const topics = (await admin.listTopics()).filter((topic) => topic.includes(runId));
        if (topics.length > 0) await admin.deleteTopics({ topics });
        const { groups } = await admin.listGroups();
        const ours = groups.map(({ groupId }) => groupId).filter((groupId) => groupId.includes(runId));
        // A group whose member was killed has it for the rest of its session; the broker forgets it later.
        await admin.deleteGroups(ours).catch(() => undefined);
      }),
  };
}
