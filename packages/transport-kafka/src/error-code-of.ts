import type { TransportErrorCode } from '@waybill/core/driver';
import { brokerErrorCodes } from './broker-error-codes.ts';
import { kafkaErrorCodes } from './kafka-error.ts';
import type { KafkaErrorReason } from './kafka-error.ts';

/** Names of kafkajs's errors that have no answer of a broker in them. */
export const clientErrorNames: Readonly<Record<string, TransportErrorCode>> = {
  KafkaJSConnectionError: 'unavailable',
  KafkaJSConnectionClosedError: 'unavailable',
  KafkaJSNoBrokerAvailableError: 'unavailable',
  KafkaJSBrokerNotFound: 'unavailable',
  KafkaJSMetadataNotLoaded: 'unavailable',
  KafkaJSTopicMetadataNotLoaded: 'unavailable',
  KafkaJSStaleTopicMetadataAssignment: 'unavailable',
  KafkaJSGroupCoordinatorNotFound: 'unavailable',
  KafkaJSFetcherRebalanceError: 'unavailable',
  KafkaJSPartialMessageError: 'unavailable',
  KafkaJSRequestTimeoutError: 'timeout',
  KafkaJSTimeout: 'timeout',
  KafkaJSLockTimeout: 'timeout',
  KafkaJSSASLAuthenticationError: 'unauthorized',
  KafkaJSServerDoesNotSupportApiKey: 'unsupported',
  KafkaJSUnsupportedMagicByteInMessageSet: 'unsupported',
  KafkaJSNotImplemented: 'unsupported',
};

/** Codes of @platformatic/kafka that have no answer of a broker in them. */
const platformaticCodes: Readonly<Record<string, TransportErrorCode>> = {
  PLT_KFK_NETWORK: 'unavailable',
  PLT_KFK_TIMEOUT: 'timeout',
  PLT_KFK_AUTHENTICATION: 'unauthorized',
  PLT_KFK_UNSUPPORTED: 'unsupported',
  PLT_KFK_UNSUPPORTED_API: 'unsupported',
  PLT_KFK_UNSUPPORTED_COMPRESSION: 'unsupported',
  PLT_KFK_UNSUPPORTED_FORMAT: 'unsupported',
};

/** Codes of Node's sockets, of name look-ups, and of TLS with a peer that speaks none. */
const systemCode =
  /^(?:ECONN(?:REFUSED|RESET|ABORTED)|EPIPE|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ERR_STREAM_\w+|EPROTO|ERR_SSL_\w+)$/u;

/** Codes of Node and OpenSSL for a certificate that is not accepted. */
const certificateCode = /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/u;

/** A plain error of kafkajs says it with words only: sends that were queued behind a broken connection (kafka-facts.md §1). */
const brokenTexts = /broker not connected|closed connection|connection (?:error|timeout)|socket (?:closed|hang up)/iu;

/** An error may stand in the error of a retry, and that in another. */
const depthMax = 8;

/** Recognised by what it says, not by its class: a package may be installed twice. The innermost error that says something counts. */
export function errorCodeOf(error: unknown): TransportErrorCode {
  return codeWithin(error, depthMax) ?? 'unknown';
}

function codeWithin(error: unknown, depth: number): TransportErrorCode | undefined {
  if (!(error instanceof Error) || depth === 0) return undefined;
  const own = ownReasonOf(error);
  if (own !== undefined) return kafkaErrorCodes[own];
  return codeOfBroker(error) ?? codeOfInner(error, depth) ?? codeOfClient(error);
}

/** What a broker answered: its name with kafkajs, its id with the other client. */
function codeOfBroker(error: Error): TransportErrorCode | undefined {
  const type: unknown = textAt(error, 'type') ?? textAt(error, 'apiId');
  return typeof type === 'string' && Object.hasOwn(brokerErrorCodes, type) ? brokerErrorCodes[type] : undefined;
}

function codeOfInner(error: Error, depth: number): TransportErrorCode | undefined {
  const several: unknown = 'errors' in error ? error.errors : undefined;
  const inner = [error.cause, ...(Array.isArray(several) ? (several as readonly unknown[]) : [])];
  for (const one of inner) {
    const code = codeWithin(one, depth - 1);
    if (code !== undefined) return code;
  }
  return undefined;
}

function codeOfClient(error: Error): TransportErrorCode | undefined {
  const code = textAt(error, 'code');
  if (code !== undefined && certificateCode.test(code)) return 'unauthorized';
  if (code !== undefined && systemCode.test(code)) return 'unavailable';
  if (code !== undefined && Object.hasOwn(platformaticCodes, code)) return platformaticCodes[code];
  if (Object.hasOwn(clientErrorNames, error.name)) return clientErrorNames[error.name];
  return brokenTexts.test(error.message) ? 'unavailable' : undefined;
}

function textAt(error: Error, name: string): string | undefined {
  const value: unknown = Object.hasOwn(error, name) ? error[name as keyof Error] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function ownReasonOf(error: Error): KafkaErrorReason | undefined {
  const reason = error.name === 'KafkaTransportError' ? textAt(error, 'reason') : undefined;
  return reason !== undefined && isReason(reason) ? reason : undefined;
}

function isReason(reason: string): reason is KafkaErrorReason {
  return Object.hasOwn(kafkaErrorCodes, reason);
}
