import type { TransportErrorCode } from '@waybill/core/driver';

/** What this transport refuses or finds out by itself; everything else is an error of the AWS SDK or of the service. */
export type SqsErrorReason =
  | 'illegal-options'
  | 'illegal-name'
  | 'topic-missing'
  | 'subscription-missing'
  | 'no-receive-call'
  | 'topology-drift'
  | 'topology-refused'
  | 'queue-deleted-recently'
  | 'second-group'
  | 'message-too-large'
  | 'illegal-key'
  | 'illegal-delay'
  | 'held-back'
  | 'request-timeout'
  | 'web-page'
  | 'entry-refused'
  | 'entry-failed'
  | 'entry-unanswered'
  | 'illegal-event'
  | 'no-handler'
  | 'closed';

/** The code that core knows each reason by. */
export const sqsErrorCodes: Readonly<Record<SqsErrorReason, TransportErrorCode>> = {
  'illegal-options': 'unsupported',
  'illegal-name': 'invalid-address',
  'topic-missing': 'not-found',
  'subscription-missing': 'unroutable',
  'no-receive-call': 'unsupported',
  'topology-drift': 'topology-conflict',
  'topology-refused': 'topology-conflict',
  'queue-deleted-recently': 'unavailable',
  'second-group': 'topology-conflict',
  'message-too-large': 'message-too-large',
  'illegal-key': 'message-invalid',
  'illegal-delay': 'message-invalid',
  'held-back': 'unavailable',
  'request-timeout': 'timeout',
  'web-page': 'unavailable',
  'entry-refused': 'message-invalid',
  'entry-failed': 'unavailable',
  'entry-unanswered': 'unknown',
  'illegal-event': 'unsupported',
  'no-handler': 'not-found',
  closed: 'closed',
};

/** An error of this driver. Never holds a body, a receipt handle or a secret. */
export class SqsTransportError extends Error {
  readonly reason: SqsErrorReason;

  constructor(reason: SqsErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SqsTransportError';
    this.reason = reason;
  }
}
