import type { TransportErrorCode } from '@waybill/core/driver';

/** What this transport refuses or finds out by itself; everything else is an error of the client or of the broker. */
export type KafkaErrorReason =
  | 'illegal-options'
  | 'illegal-name'
  | 'name-collision'
  | 'client-missing'
  | 'codec-missing'
  | 'batch-undecodable'
  | 'records-deleted'
  | 'topic-missing'
  | 'group-missing'
  | 'topology-drift'
  | 'partitions-drift'
  | 'second-group'
  | 'group-in-use'
  | 'not-drained'
  | 'message-too-large'
  | 'illegal-header'
  | 'illegal-key'
  | 'illegal-id'
  | 'illegal-delay'
  | 'behind-refused'
  | 'publish-unanswered'
  | 'publish-overdue'
  | 'session-given-up'
  | 'request-timeout'
  | 'fenced'
  | 'member-down'
  | 'closed';

/** The code that core knows each reason by. */
export const kafkaErrorCodes: Readonly<Record<KafkaErrorReason, TransportErrorCode>> = {
  'illegal-options': 'unsupported',
  'illegal-name': 'invalid-address',
  'name-collision': 'invalid-address',
  'client-missing': 'unsupported',
  'codec-missing': 'unsupported',
  'batch-undecodable': 'unsupported',
  'records-deleted': 'not-found',
  'topic-missing': 'not-found',
  'group-missing': 'not-found',
  'topology-drift': 'topology-conflict',
  'partitions-drift': 'topology-conflict',
  'second-group': 'topology-conflict',
  'group-in-use': 'topology-conflict',
  'not-drained': 'topology-conflict',
  'message-too-large': 'message-too-large',
  'illegal-header': 'message-invalid',
  'illegal-key': 'message-invalid',
  'illegal-id': 'message-invalid',
  'illegal-delay': 'message-invalid',
  'behind-refused': 'unavailable',
  'publish-unanswered': 'timeout',
  'publish-overdue': 'unavailable',
  'session-given-up': 'unavailable',
  'request-timeout': 'timeout',
  fenced: 'lease-lost',
  'member-down': 'unavailable',
  closed: 'closed',
};

/** An error of this driver. Never holds a body or a secret. */
export class KafkaTransportError extends Error {
  readonly reason: KafkaErrorReason;

  constructor(reason: KafkaErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KafkaTransportError';
    this.reason = reason;
  }
}
