import type { TransportErrorCode } from '@waybill/core/driver';

/** What this driver finds out by itself, beside the errors of amqplib, which are thrown as they are. */
export class RabbitTransportError extends Error {
  override readonly name = 'RabbitTransportError';
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
