import type { MemberOptions } from '../kafka-member.ts';
import { recordsDeleted } from '../records-deleted.ts';
import type { KafkajsBroker } from './cluster.ts';

/** Offsets that a broker does not have, and where is read in their place. */
export interface DisplacedOffsets {
  /** Where to read a partition that kafkajs wants to go on with at `offset`. */
  readonly placeOf: (partition: number, offset: number) => number;
  /**
   * After a fetch at `offsets` that was refused: the same with the partition that was refused moved to where there are records. Throws every
   * other error as it is.
   */
  readonly moveOn: (
    broker: Pick<KafkajsBroker, 'listOffsets'>,
    offsets: ReadonlyMap<number, number>,
    error: unknown,
  ) => Promise<ReadonlyMap<number, number>>;
}

/** Times that mean an end in a question for offsets. */
const ends = { earliest: '-2', latest: '-1' } as const;

/**
 * Left to itself kafkajs answers such a refusal by committing −2 or −1, which reads as a group without offsets from then on, and says nothing.
 * Here a group that has lagged behind the retention goes on with the first record that is there, and whoever runs it is told; after the log
 * itself was cut or made anew it begins at `startFrom`. Nothing is committed: until a record is handled the old offset stands, and is found to
 * be gone again after a restart.
 */
export function createDisplacedOffsets(
  member: Pick<MemberOptions, 'groupId' | 'listener' | 'startFrom' | 'topic'>,
): DisplacedOffsets {
  const { topic, startFrom, listener } = member;
  const moved = new Map<number, { readonly from: number; readonly to: number }>();

  const endOf = async (
    broker: Pick<KafkajsBroker, 'listOffsets'>,
    partition: number,
    end: keyof typeof ends,
  ): Promise<number> => {
    const wanted = [{ topic, partitions: [{ partition, timestamp: ends[end] }] }];
    const { responses } = await broker.listOffsets({ replicaId: -1, isolationLevel: 0, topics: wanted });
    return Number(responses[0]?.partitions[0]?.offset ?? 0);
  };

  return {
    placeOf: (partition, offset) => {
      const move = moved.get(partition);
      if (move?.from === offset) return move.to;
      // It has gone on since, and may come to that offset in a log made anew.
      moved.delete(partition);
      return offset;
    },
    moveOn: async (broker, offsets, error) => {
      const partition = refusedPartition(error);
      const offset = partition === undefined ? undefined : offsets.get(partition);
      if (partition === undefined || offset === undefined) throw error;
      const low = await endOf(broker, partition, 'earliest');
      const isBehind = offset < low;
      const to = isBehind ? low : await endOf(broker, partition, startFrom);
      const before = moved.get(partition);
      moved.set(partition, { from: before?.to === offset ? before.from : offset, to });
      if (isBehind) listener.onTrouble(recordsDeleted(member, partition, offset, to));
      return new Map(offsets).set(partition, to);
    },
  };
}

function refusedPartition(error: unknown): number | undefined {
  const isRefusal = error instanceof Error && error.name === 'KafkaJSOffsetOutOfRange' && 'partition' in error;
  return isRefusal && typeof error.partition === 'number' ? error.partition : undefined;
}
