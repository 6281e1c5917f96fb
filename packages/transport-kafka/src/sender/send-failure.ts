import { errorCodeOf } from '../error-code-of.ts';

/**
 * What a failed try says of its batch. `record`: refused because of one of its records. `refused`: refused as it is, and again if it is sent
 * again. `missing`: the topic is not there, or this broker has not heard of it yet. `session`: the broker does not go on with this session.
 * `passing`: certainly not taken. `silent`: nobody knows.
 */
export type SendFailure = 'record' | 'refused' | 'missing' | 'session' | 'passing' | 'silent';

/** Never said of a batch that was appended; `NOT_LEADER_OR_FOLLOWER` is, when the leader changes while replicas are waited for. */
const passing = new Set([
  'NOT_ENOUGH_REPLICAS',
  'LEADER_NOT_AVAILABLE',
  'CORRUPT_MESSAGE',
  'THROTTLING_QUOTA_EXCEEDED',
]);

const session = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'PRODUCER_FENCED',
]);

export function sendFailureOf(error: unknown): SendFailure {
  const answer = answerIn(error);
  if (answer !== undefined && session.has(answer)) return 'session';
  if (answer !== undefined && passing.has(answer)) return 'passing';
  switch (errorCodeOf(error)) {
    case 'message-too-large':
    case 'message-invalid':
      return 'record';
    case 'unauthorized':
    case 'unsupported':
    case 'invalid-address':
    case 'topology-conflict':
    case 'closed':
      return 'refused';
    case 'not-found':
      return 'missing';
    default:
      return 'silent';
  }
}

/** The name that the broker gave the error, however deep a client has wrapped it. */
function answerIn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('type' in error && typeof error.type === 'string') return error.type;
  if ('apiId' in error && typeof error.apiId === 'string') return error.apiId;
  const inner: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  for (const one of [...inner, error.cause]) {
    const answer = answerIn(one);
    if (answer !== undefined) return answer;
  }
  return undefined;
}
