import type { Broker, listOffsetsV7 } from '@platformatic/kafka';
import type { RequestContext } from './request-context.ts';

/** Kafka's names for the two ends, in place of a time. */
export const earliest = -2;
export const latest = -1;

const uncommitted = -1;

/** The offset of the first record that is not older, by partition; leaves out those without one. `earliest` and `latest` stand for the ends. */
export async function offsetsAt(
  context: RequestContext,
  topic: string,
  partitions: readonly number[],
  timestampMs: number,
): Promise<ReadonlyMap<number, number>> {
  const { cluster } = context;
  const ask = async (partition: number): Promise<readonly [Broker, number]> => [
    await cluster.leaderOf(topic, partition),
    partition,
  ];
  try {
    const byLeader = Map.groupBy(await Promise.all(partitions.map(ask)), ([leader]) => leader);
    const asked = [...byLeader].map(([leader, own]) =>
      listOffsets(context, leader, {
        name: topic,
        partitions: own.map(([, partitionIndex]) => ({
          partitionIndex,
          currentLeaderEpoch: -1,
          timestamp: BigInt(timestampMs),
        })),
      }),
    );
    return new Map((await Promise.all(asked)).flat());
  } catch (error) {
    cluster.forgetTopic(topic);
    throw error;
  }
}

async function listOffsets(
  { platformatic, settings, connections }: RequestContext,
  leader: Broker,
  topic: listOffsetsV7.ListOffsetsRequestTopic,
): Promise<readonly (readonly [partition: number, offset: number])[]> {
  const { listOffsetsV7, FetchIsolationLevels } = platformatic;
  const { topics } = await connections.request(leader, settings.requestTimeoutMs, (connection) =>
    listOffsetsV7.api.async(connection, -1, FetchIsolationLevels.READ_UNCOMMITTED, [topic]),
  );
  return topics
    .flatMap(({ partitions }) => partitions)
    .map(({ partitionIndex, offset }) => [partitionIndex, Number(offset)] as const)
    .filter(([, offset]) => offset >= 0);
}

/** The next offset that a group would read, by partition; leaves out partitions without a commit. −2 stands for the first record there is. */
export async function committedOf(
  { platformatic, settings, cluster, connections }: RequestContext,
  groupId: string,
  topic: string,
  partitionIndexes: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const asked = {
    groupId,
    memberId: null,
    memberEpoch: -1,
    topics: [{ name: topic, partitionIndexes: [...partitionIndexes] }],
  };
  try {
    const coordinator = await cluster.coordinatorOf(groupId);
    const { groups } = await connections.request(coordinator, settings.requestTimeoutMs, (connection) =>
      platformatic.offsetFetchV9.api.async(connection, [asked], true),
    );
    const found = groups.flatMap(({ topics }) => topics.flatMap(({ partitions }) => partitions));
    return new Map(
      found
        .map(({ partitionIndex, committedOffset }) => [partitionIndex, Number(committedOffset)] as const)
        .filter(([, offset]) => offset !== uncommitted),
    );
  } catch (error) {
    cluster.forgetCoordinator(groupId);
    throw error;
  }
}
