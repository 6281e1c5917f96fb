import { KafkaTransportError } from '../kafka-error.ts';
import type { MemberOptions } from './kafka-member.ts';

/** What is told where the broker has deleted what a group was to read next: nobody gets it any more. */
export function recordsDeleted(
  { groupId, topic }: Pick<MemberOptions, 'groupId' | 'topic'>,
  partition: number,
  from: number,
  to: number,
): KafkaTransportError {
  const text = `Offsets ${from} to ${to - 1} of partition ${partition} of "${topic}" were deleted before group "${groupId}" had handled them. It goes on at ${to}.`;
  return new KafkaTransportError('records-deleted', text);
}
