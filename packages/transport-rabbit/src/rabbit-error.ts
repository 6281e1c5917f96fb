import type { TransportErrorCode } from '@waybill/core/driver';

/** What this transport refuses or finds out by itself; everything else is an error of amqplib or of the broker. */
export type RabbitErrorReason =
  | 'illegal-options'
  | 'illegal-name'
  | 'virtual-host-refused'
  | 'credentials-missing'
  | 'topology-drift'
  | 'topology-refused'
  | 'second-group'
  | 'message-too-large'
  | 'headers-too-large'
  | 'illegal-header'
  | 'illegal-key'
  | 'illegal-id'
  | 'illegal-delay'
  | 'illegal-priority'
  | 'unroutable'
  | 'refused-by-queue'
  | 'blocked'
  | 'confirm-missing'
  | 'confirm-lost'
  | 'connection-lost'
  | 'queue-gone'
  | 'consume-unanswered'
  | 'closed';

/** The code that core knows each reason by. */
export const rabbitErrorCodes: Readonly<Record<RabbitErrorReason, TransportErrorCode>> = {
  'illegal-options': 'unsupported',
  'illegal-name': 'invalid-address',
  'virtual-host-refused': 'unauthorized',
  'credentials-missing': 'unavailable',
  'topology-drift': 'topology-conflict',
  'topology-refused': 'topology-conflict',
  'second-group': 'topology-conflict',
  'message-too-large': 'message-too-large',
  'headers-too-large': 'message-invalid',
  'illegal-header': 'message-invalid',
  'illegal-key': 'message-invalid',
  'illegal-id': 'message-invalid',
  'illegal-delay': 'message-invalid',
  'illegal-priority': 'message-invalid',
  unroutable: 'unroutable',
  'refused-by-queue': 'throttled',
  blocked: 'throttled',
  'confirm-missing': 'timeout',
  'confirm-lost': 'unavailable',
  'connection-lost': 'unavailable',
  'queue-gone': 'not-found',
  'consume-unanswered': 'timeout',
  closed: 'closed',
};

/** An error of this driver. Never holds a body, a URL or a secret. */
export class RabbitTransportError extends Error {
  readonly reason: RabbitErrorReason;

  constructor(reason: RabbitErrorReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RabbitTransportError';
    this.reason = reason;
  }
}
