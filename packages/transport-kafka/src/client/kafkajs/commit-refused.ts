import { KafkaTransportError } from '../../kafka-error.ts';

const fencing = new Set(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS', 'FENCED_INSTANCE_ID']);

/** What became of a commit: `fenced` where the group has gone on without the member, else the error itself. */
export function commitRefused(groupId: string, error: unknown): unknown {
  if (!isFencing(error)) return error;
  const text = `Group "${groupId}" has gone on without this member: it refuses the commit.`;
  return new KafkaTransportError('fenced', text, { cause: error });
}

function isFencing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('type' in error && fencing.has(String(error.type))) || isFencing(error.cause);
}
