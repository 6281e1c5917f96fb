import type { TransportErrorCode } from '@waybill/core/driver';
import type { WireError } from './requests.ts';

/** What came between a client and the broker; `refused` is the broker's own answer. */
export type RemoteErrorReason = 'connection-lost' | 'connect-failed' | 'closed' | 'refused';

/** A raw error of a remote memory broker. */
export class RemoteBrokerError extends Error {
  override readonly name = 'RemoteBrokerError';
  readonly reason: RemoteErrorReason;
  readonly code: TransportErrorCode;

  constructor(reason: RemoteErrorReason, code: TransportErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.code = code;
  }
}

/** Every other error is of somebody else. */
export function codeOfRemoteError(error: unknown): TransportErrorCode {
  return error instanceof RemoteBrokerError ? error.code : 'unknown';
}

/** The connection ended while the call was under way: it may have arrived. */
export function isConnectionLost(error: unknown): boolean {
  return error instanceof RemoteBrokerError && error.reason === 'connection-lost';
}

export function refusedError({ code, message }: WireError): RemoteBrokerError {
  return new RemoteBrokerError('refused', code, message);
}

export function closedError(): RemoteBrokerError {
  return new RemoteBrokerError('closed', 'closed', 'The transport is closed.');
}

export function lostError(cause?: unknown): RemoteBrokerError {
  return new RemoteBrokerError('connection-lost', 'unavailable', 'The connection to the memory broker ended.', {
    cause,
  });
}

export function connectFailed(cause: unknown): RemoteBrokerError {
  return new RemoteBrokerError('connect-failed', 'unavailable', 'The memory broker cannot be reached.', { cause });
}
