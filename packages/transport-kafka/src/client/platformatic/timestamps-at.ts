import type { Broker, fetchV12 } from '@platformatic/kafka';
import { fetchOnce } from '../careful-fetch.ts';
import type { FetchPart } from '../careful-fetch.ts';
import { wholeAnswer } from './error-name.ts';
import { readRecords } from './read-records.ts';
import type { RequestContext } from './request-context.ts';

/**
 * When the record at each offset was written, by one fetch from each leader that waits for nothing. A broker answers with at least one whole
 * batch of each partition that has one, however little is asked for; one whose batch cannot be decoded has no answer.
 */
export async function timestampsAt(
  { platformatic, settings, cluster, connections }: RequestContext,
  topic: string,
  offsets: ReadonlyMap<number, number>,
): Promise<ReadonlyMap<number, number>> {
  const { fetchV12, FetchIsolationLevels } = platformatic;
  const fetchFrom = async (
    leader: Broker,
    { offsets: asked, partitionBytesMax }: FetchPart,
  ): Promise<readonly fetchV12.FetchResponsePartition[]> => {
    const wanted = [...asked].map(([partition, offset]) => ({
      partition,
      currentLeaderEpoch: -1,
      fetchOffset: BigInt(offset),
      lastFetchedEpoch: -1,
      partitionMaxBytes: partitionBytesMax,
    }));
    const answer = await connections.request(leader, settings.requestTimeoutMs, (connection) =>
      wholeAnswer(
        fetchV12.api.async(
          connection,
          0,
          0,
          bytesMax,
          FetchIsolationLevels.READ_UNCOMMITTED,
          0,
          -1,
          [{ topicId: topic, partitions: wanted }],
          [],
          '',
        ),
      ),
    );
    return answer.responses.flatMap((one) => one.partitions);
  };
  const { leaders } = await cluster.layoutOf(topic);
  const groups = Map.groupBy(offsets, ([partition]) => leaders[partition]);
  const asked = [...groups].map(([leader, own]) =>
    leader === undefined ? Promise.resolve([]) : fetchOnce(settings, new Map(own), (part) => fetchFrom(leader, part)),
  );
  const answers = (await Promise.all(asked)).flat();
  return new Map(
    answers.flatMap((answer) => {
      const offset = offsets.get(answer.partitionIndex) ?? 0;
      const found = answer.errorCode === 0 ? readRecords(answer, offset).records[0] : undefined;
      return found?.offset === offset ? [[answer.partitionIndex, found.timestampMs] as const] : [];
    }),
  );
}

/** One batch of each partition: as much as there is of them. */
const bytesMax = 64 * 1024 * 1024;
