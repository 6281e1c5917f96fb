import type { TransportErrorCode } from '@waybill/core/driver';
import { rabbitErrorCodes } from './rabbit-error.ts';
import type { RabbitErrorReason } from './rabbit-error.ts';

/** Reply codes of AMQP 0-9-1 and RabbitMQ, on a closed channel or connection. */
const replyCodes: Readonly<Record<number, TransportErrorCode>> = {
  311: 'message-too-large',
  312: 'unroutable',
  320: 'unavailable',
  402: 'invalid-address',
  403: 'unauthorized',
  404: 'not-found',
  405: 'topology-conflict',
  406: 'topology-conflict',
  501: 'unavailable',
  504: 'unavailable',
  505: 'unavailable',
  506: 'unavailable',
  530: 'unauthorized',
  540: 'unsupported',
  541: 'unavailable',
};

/** Codes of Node's sockets, TLS and name look-ups. */
const systemCode =
  /^(?:ECONN(?:REFUSED|RESET|ABORTED)|EPIPE|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ERR_STREAM_DESTROYED)$/u;

/** What amqplib says in words only, of 2.3.1. */
const texts: readonly (readonly [RegExp, TransportErrorCode])[] = [
  [/larger than configured max size/u, 'message-too-large'],
  [/delivery acknowledgement on channel .* timed out|unknown delivery tag/u, 'lease-lost'],
  [/invalid expiration|user_id property|invalid-?message/iu, 'message-invalid'],
  [/ACCESS[_-]REFUSED|Handshake terminated by server: 403|authentication/iu, 'unauthorized'],
  [/not allowed|vhost .* not found|Handshake terminated by server: 530/u, 'unauthorized'],
  [/message nacked/u, 'throttled'],
  [/ETIMEDOUT/u, 'timeout'],
  [
    /Heartbeat timeout|Socket closed|Unexpected close|channel closed|Channel ended|Channel clos(?:ed|ing)/u,
    'unavailable',
  ],
  [/Connection clos(?:ed|ing)|Frame on unknown channel|CONNECTION_FORCED|Connection reset/u, 'unavailable'],
];

/** Recognised by what it says, not by its class: the package may be installed twice. */
export function errorCodeOf(error: unknown): TransportErrorCode {
  if (!(error instanceof Error)) return 'unknown';
  const own = ownReasonOf(error);
  if (own !== undefined) return rabbitErrorCodes[own];
  const text = texts.find(([pattern]) => pattern.test(error.message));
  if (text !== undefined) return text[1];
  if (!('code' in error)) return 'unknown';
  if (typeof error.code === 'number') return replyCodes[error.code] ?? 'unknown';
  if (typeof error.code !== 'string') return 'unknown';
  return systemCode.test(error.code) ? 'unavailable' : 'unknown';
}

function ownReasonOf(error: Error): RabbitErrorReason | undefined {
  if (error.name !== 'RabbitTransportError' || !('reason' in error) || typeof error.reason !== 'string') {
    return undefined;
  }
  return isReason(error.reason) ? error.reason : undefined;
}

function isReason(reason: string): reason is RabbitErrorReason {
  return Object.hasOwn(rabbitErrorCodes, reason);
}
