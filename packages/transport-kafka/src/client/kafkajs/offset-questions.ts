import { fetchOnce } from '../careful-fetch.ts';
import type { KafkaAdmin, PartitionEnds } from '../kafka-admin.ts';
import type { KafkajsBroker, KafkajsCluster } from './cluster.ts';
import type { AdminSettings } from './kafkajs-admin.ts';
import { retryAnswers } from './retry-answers.ts';
import { requireTopic } from './topic-questions.ts';

type OffsetQuestions = Pick<KafkaAdmin, 'endsOf' | 'offsetsAt' | 'timestampsAt'>;

/** Times that mean an end in a question for offsets. */
const latest = -1;
const earliest = -2;

/** No replica asks, and what a transaction has not committed counts. */
const reader = { replicaId: -1, isolationLevel: 0 } as const;

export function createOffsetQuestions(cluster: () => KafkajsCluster, settings: AdminSettings): OffsetQuestions {
  const ask = <Answer>(question: () => Promise<Answer>): Promise<Answer> => retryAnswers(settings, question);
  const listAt = (topic: string, timestampMs: number): Promise<ReadonlyMap<number, number>> =>
    ask(() => listOffsets(cluster(), topic, timestampMs));
  return {
    endsOf: async (topic) => {
      const [lows, highs] = await Promise.all([listAt(topic, earliest), listAt(topic, latest)]);
      return new Map(
        [...highs].map(([partition, high]): [number, PartitionEnds] => [
          partition,
          { low: lows.get(partition) ?? 0, high },
        ]),
      );
    },
    offsetsAt: async (topic, timestampMs) => {
      const [found, highs] = await Promise.all([listAt(topic, timestampMs), listAt(topic, latest)]);
      return new Map([...highs].map(([partition, high]) => [partition, atOrAfter(found.get(partition), high)]));
    },
    timestampsAt: (topic, offsets) => ask(() => fetchTimestamps(cluster(), settings, topic, offsets)),
  };
}

/** −1 says that no record is as young as that. */
function atOrAfter(offset: number | undefined, high: number): number {
  return offset === undefined || offset < 0 ? high : offset;
}

async function listOffsets(
  cluster: KafkajsCluster,
  topic: string,
  timestampMs: number,
): Promise<ReadonlyMap<number, number>> {
  const byLeader = await leadersOf(cluster, topic);
  const answers = await Promise.all(
    byLeader.map(async ({ broker, partitions }) => {
      const timestamp = String(timestampMs);
      const wanted = partitions.map((partition) => ({ partition, timestamp }));
      return broker.listOffsets({ ...reader, topics: [{ topic, partitions: wanted }] });
    }),
  );
  const offsets = answers.flatMap(({ responses }) => responses.flatMap(({ partitions }) => partitions));
  return new Map(offsets.map(({ partition, offset }) => [partition, Number(offset)]));
}

/**
 * A limit of one byte still brings a whole batch of each partition; the record at the offset is in it, or the next one there is. A partition
 * whose batch cannot be decoded has no answer.
 */
async function fetchTimestamps(
  cluster: KafkajsCluster,
  settings: AdminSettings,
  topic: string,
  offsets: ReadonlyMap<number, number>,
): Promise<ReadonlyMap<number, number>> {
  const timestamps = new Map<number, number>();
  for (const { broker, partitions } of await leadersOf(cluster, topic)) {
    const wanted = new Map([...offsets].filter(([partition]) => partitions.includes(partition)));
    const answers = await fetchOnce(settings, wanted, (part) => firstBatches(broker, topic, part.offsets));
    for (const { partition, messages } of answers) {
      const record = messages.find(({ offset }) => Number(offset) >= (offsets.get(partition) ?? 0));
      if (record !== undefined) timestamps.set(partition, Number(record.timestamp));
    }
  }
  return timestamps;
}

async function firstBatches(broker: KafkajsBroker, topic: string, offsets: ReadonlyMap<number, number>) {
  const partitions = [...offsets].map(([partition, offset]) => ({
    partition,
    fetchOffset: String(offset),
    maxBytes: 1,
  }));
  const answer = await broker.fetch({
    ...reader,
    maxWaitTime: 0,
    minBytes: 1,
    maxBytes: 1,
    topics: [{ topic, partitions }],
  });
  return answer.responses.flatMap((response) => response.partitions);
}

interface Leader {
  readonly broker: KafkajsBroker;
  readonly partitions: readonly number[];
}

async function leadersOf(cluster: KafkajsCluster, topic: string): Promise<readonly Leader[]> {
  await cluster.brokerPool.refreshMetadata([topic]);
  const { partitionMetadata } = await requireTopic(cluster, topic);
  const byLeader = Map.groupBy(partitionMetadata, ({ leader }) => leader);
  return Promise.all(
    [...byLeader].map(async ([leader, partitions]) => ({
      broker: await cluster.brokerPool.findBroker({ nodeId: String(leader) }),
      partitions: partitions.map(({ partitionId }) => partitionId),
    })),
  );
}
