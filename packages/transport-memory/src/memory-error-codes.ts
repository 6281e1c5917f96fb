import type { TransportErrorCode } from '@waybill/core/driver';

/** What the broker refuses. */
export type MemoryErrorReason =
  | 'illegal-name'
  | 'no-such-channel'
  | 'no-such-subscription'
  | 'second-group'
  | 'other-lease'
  | 'too-many-groups'
  | 'no-receive-call'
  | 'illegal-lease'
  | 'illegal-call'
  | 'illegal-key'
  | 'illegal-delay'
  | 'too-many-headers'
  | 'too-many-messages'
  | 'message-too-large'
  | 'batch-too-large'
  | 'behind-refused'
  | 'receipt-expired'
  | 'throttled'
  | 'closed';

/** The code that core knows each refusal by. */
export const memoryErrorCodes: Readonly<Record<MemoryErrorReason, TransportErrorCode>> = {
  'illegal-name': 'invalid-address',
  'no-such-channel': 'not-found',
  'no-such-subscription': 'not-found',
  'second-group': 'topology-conflict',
  'other-lease': 'topology-conflict',
  'too-many-groups': 'unsupported',
  'no-receive-call': 'unsupported',
  'illegal-lease': 'unsupported',
  'illegal-call': 'unsupported',
  'illegal-key': 'message-invalid',
  'illegal-delay': 'message-invalid',
  'too-many-headers': 'message-invalid',
  'too-many-messages': 'message-invalid',
  'message-too-large': 'message-too-large',
  'batch-too-large': 'message-too-large',
  'behind-refused': 'unavailable',
  'receipt-expired': 'lease-lost',
  throttled: 'throttled',
  closed: 'closed',
};

/** A raw error of the memory broker, as a client library would throw it. */
export class MemoryBrokerError extends Error {
  readonly reason: MemoryErrorReason;

  constructor(reason: MemoryErrorReason, message: string) {
    super(message);
    this.name = 'MemoryBrokerError';
    this.reason = reason;
  }
}

/** Recognised by its `reason`, not by its class: the package may be installed twice. */
export function codeOfMemoryError(error: unknown): TransportErrorCode {
  if (!(error instanceof Error) || !('reason' in error) || typeof error.reason !== 'string') return 'unknown';
  return error.name === 'MemoryBrokerError' && isReason(error.reason) ? memoryErrorCodes[error.reason] : 'unknown';
}

function isReason(reason: string): reason is MemoryErrorReason {
  return Object.hasOwn(memoryErrorCodes, reason);
}
