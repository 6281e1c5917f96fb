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

/** Codes of Node's sockets, of name look-ups, and of TLS with a peer that speaks none. */
const systemCode =
  /^(?:ECONN(?:REFUSED|RESET|ABORTED)|EPIPE|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ERR_STREAM_DESTROYED|EPROTO|ERR_SSL_\w+)$/u;

/** Codes of Node and OpenSSL for a certificate that is not accepted. */
const certificateCode = /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/u;

/** What says more than the reply code beside it, or has none; texts of RabbitMQ 3.10 to 4.0 and amqplib 2.3.1. */
const sharperTexts: readonly (readonly [RegExp, TransportErrorCode])[] = [
  [/larger than configured max size/u, 'message-too-large'],
  [/delivery acknowledgement on channel .* timed out|unknown delivery tag/u, 'lease-lost'],
  [/invalid expiration|user_id property/u, 'message-invalid'],
  [/message nacked/u, 'throttled'],
  [/ETIMEDOUT/u, 'timeout'],
  [/No channels left to allocate/u, 'unsupported'],
];

/** What amqplib says of an end that nobody gave a code for. */
const endTexts =
  /Heartbeat timeout|Socket closed|Unexpected close|[Cc]hannel (?:closed|closing|ended)|Connection (?:closed|closing)|Frame on unknown channel/u;

/** As in `Handshake terminated by server: 403 (ACCESS-REFUSED)`, whose error has no code of its own. */
const replyCodeText = /\b(\d{3}) \([A-Z-]+\)/u;

/** Recognised by what it says, not by its class: the package may be installed twice. */
export function errorCodeOf(error: unknown): TransportErrorCode {
  if (!(error instanceof Error)) return 'unknown';
  const own = ownReasonOf(error);
  if (own !== undefined) return rabbitErrorCodes[own];
  const sharper = sharperTexts.find(([pattern]) => pattern.test(error.message));
  if (sharper !== undefined) return sharper[1];
  const code = replyCodeOf(error);
  if (code !== undefined) return replyCodes[code] ?? 'unknown';
  if (endTexts.test(error.message)) return 'unavailable';
  return 'code' in error && typeof error.code === 'string' ? codeOfSystem(error.code) : 'unknown';
}

function codeOfSystem(code: string): TransportErrorCode {
  if (certificateCode.test(code)) return 'unauthorized';
  return systemCode.test(code) ? 'unavailable' : 'unknown';
}

function replyCodeOf(error: Error): number | undefined {
  if ('code' in error && typeof error.code === 'number') return error.code;
  const text = replyCodeText.exec(error.message)?.[1];
  return text === undefined ? undefined : Number(text);
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
