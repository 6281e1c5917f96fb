import type { Admin } from '@waybill/conformance';
import type { SubscriptionAddress } from '@waybill/core/driver';
import type { HandedOut } from './handed-out.ts';
import type { RawClient } from './raw-client.ts';
import { groupNameOf, topicNameOf } from './topology.ts';

/** Ends and commits by the plain library. The broker counts nothing that is in flight: drivers are counted, each at its own door. */
export function createAdmin(client: RawClient, handedOut: HandedOut): Admin {
  const lagOf = async (subscription: SubscriptionAddress): Promise<number> => {
    const admin = await client.admin();
    const topic = topicNameOf(subscription);
    const [ends, [committed]] = await Promise.all([
      admin.fetchTopicOffsets(topic),
      admin.fetchOffsets({ groupId: groupNameOf(subscription), topics: [topic] }),
    ]);
    const next = new Map(committed?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    return ends.reduce((total, { partition, low, high }) => {
      const from = Math.max(Number(low), next.get(partition) ?? 0);
      return total + Math.max(0, Number(high) - from);
    }, 0);
  };

  return {
    depth: async (subscription) => {
      const lag = await lagOf(subscription);
      return Math.max(0, lag - handedOut.count(subscription));
    },
    inFlight: async (subscription) => handedOut.count(subscription),
    deleteQueue: async (subscription) => {
      const admin = await client.admin();
      await admin.deleteTopics({ topics: [topicNameOf(subscription)] });
    },
    purge: async (subscription) => {
      const admin = await client.admin();
      const topic = topicNameOf(subscription);
      const ends = await admin.fetchTopicOffsets(topic);
      const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }));
      await admin.deleteTopicRecords({ topic, partitions });
    },
    cleanUp: async (runId) => {
      const admin = await client.admin();
      const topics = (await admin.listTopics()).filter((topic) => topic.includes(runId));
      if (topics.length > 0) await admin.deleteTopics({ topics });
      const { groups } = await admin.listGroups();
      const ours = groups.map(({ groupId }) => groupId).filter((groupId) => groupId.includes(runId));
      // A group whose member was killed has it for the rest of its session; the broker forgets it later.
      await admin.deleteGroups(ours).catch(() => undefined);
    },
  };
}
