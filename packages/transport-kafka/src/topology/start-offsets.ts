import type { KafkaAdmin, PartitionEnds } from '../client/kafka-admin.ts';
import type { StartFrom } from '../options.ts';

/** The next offset of every partition for a group that begins there, never outside of what the partition has. */
export async function startOffsets(
  admin: Pick<KafkaAdmin, 'endsOf' | 'offsetsAt'>,
  topic: string,
  from: StartFrom,
): Promise<ReadonlyMap<number, number>> {
  const ends = await admin.endsOf(topic);
  if (from === 'earliest') return mapEnds(ends, ({ low }) => low);
  if (from === 'latest') return mapEnds(ends, ({ high }) => high);
  const wanted = 'timestampMs' in from ? await admin.offsetsAt(topic, from.timestampMs) : offsetsOf(from.offsets);
  return mapEnds(ends, ({ low, high }, partition) => Math.min(Math.max(wanted.get(partition) ?? low, low), high));
}

function offsetsOf(offsets: Readonly<Record<number, number>>): ReadonlyMap<number, number> {
  return new Map(Object.entries(offsets).map(([partition, offset]) => [Number(partition), offset]));
}

function mapEnds(
  ends: ReadonlyMap<number, PartitionEnds>,
  offsetOf: (ends: PartitionEnds, partition: number) => number,
): ReadonlyMap<number, number> {
  return new Map([...ends].map(([partition, both]) => [partition, offsetOf(both, partition)]));
}
