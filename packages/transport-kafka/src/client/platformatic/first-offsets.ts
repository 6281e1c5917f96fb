import type { MemberOptions } from '../kafka-member.ts';
import type { RequestContext } from './request-context.ts';
import { committedOf, earliest, latest, offsetsAt } from './topic-offsets.ts';

/**
 * Where each partition begins: at what is committed, else at `startFrom`. One whose offset the broker does not have goes on with the first
 * record that is there when it has lagged behind the retention; after the log itself was cut or made anew it begins at `startFrom`.
 */
export async function firstOffsets(
  context: RequestContext,
  { groupId, topic, startFrom }: Pick<MemberOptions, 'groupId' | 'startFrom' | 'topic'>,
  partitions: ReadonlyMap<number, number | undefined>,
): Promise<ReadonlyMap<number, number>> {
  const fresh = [...partitions].flatMap(([partition, lostAt]) => (lostAt === undefined ? [partition] : []));
  const found = fresh.length === 0 ? new Map<number, number>() : await committedOf(context, groupId, topic, fresh);
  const committed = new Map([...found].filter(([, offset]) => offset >= 0));
  const lacking = [...partitions.keys()].filter((partition) => !committed.has(partition));
  if (lacking.length === 0) return committed;
  const begins = await offsetsAt(context, topic, lacking, startFrom === 'earliest' ? earliest : latest);
  const lows = startFrom === 'earliest' ? begins : await offsetsAt(context, topic, lacking, earliest);
  const placed = lacking.flatMap((partition) => {
    const low = lows.get(partition);
    const isBehind = low !== undefined && (partitions.get(partition) ?? Infinity) < low;
    const offset = isBehind ? low : begins.get(partition);
    return offset === undefined ? [] : [[partition, offset] as const];
  });
  return new Map([...committed, ...placed]);
}
