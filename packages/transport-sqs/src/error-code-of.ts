import type { TransportErrorCode } from '@waybill/core/driver';
import { sqsErrorCodes } from './sqs-error.ts';
import type { SqsErrorReason } from './sqs-error.ts';

/** Names of errors in SQS, SNS and the SDK, each without `Exception` and a namespace in front of it. */
const serviceNames: Readonly<Record<string, TransportErrorCode>> = {
  QueueDoesNotExist: 'not-found',
  NonExistentQueue: 'not-found',
  NotFound: 'not-found',
  ResourceNotFound: 'not-found',
  InvalidAddress: 'invalid-address',
  QueueNameExists: 'topology-conflict',
  QueueDeletedRecently: 'unavailable',
  PurgeQueueInProgress: 'unavailable',
  ConcurrentAccess: 'unavailable',
  InternalError: 'unavailable',
  InternalFailure: 'unavailable',
  ServiceUnavailable: 'unavailable',
  ReceiptHandleIsInvalid: 'lease-lost',
  InvalidReceiptHandle: 'lease-lost',
  MessageNotInflight: 'lease-lost',
  InvalidMessageContents: 'message-invalid',
  BatchRequestTooLong: 'message-too-large',
  UnsupportedOperation: 'unsupported',
  TimeoutError: 'timeout',
  RequestTimeout: 'timeout',
};

/** A call that is not allowed, and one whose signature, key or credentials nobody accepts; a wrong clock looks like the second. */
const unauthorized =
  /^(?:AccessDenied|AuthorizationError|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidSignature|IncompleteSignature|MissingAuthenticationToken|ExpiredToken|RequestExpired|RequestTimeTooSkewed|InvalidSecurity|InvalidAccessKeyId|OptInRequired|CredentialsProviderError|TokenProviderError|K(?:ms|MS)(?:AccessDenied|Disabled|InvalidKeyUsage|InvalidState|NotFound|OptInRequired))$/u;

const throttling =
  /^(?:RequestThrottled|Throttling|Throttled|ThrottledRequest|ThrottlingRequest|TooManyRequests|RequestLimitExceeded|OverLimit|SlowDown|LimitExceeded|BandwidthLimitExceeded|K(?:ms|MS)Thrott\w+)$/u;

/** Codes of Node's sockets, of name look-ups, and of TLS with a peer that speaks none. */
const systemCode =
  /^(?:ECONN(?:REFUSED|RESET|ABORTED)|EPIPE|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ERR_STREAM_\w+|EPROTO|ERR_SSL_\w+|HPE_\w+)$/u;

/** Codes of Node and OpenSSL for a certificate that is not accepted. */
const certificateCode = /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/u;

/** FIFO says so of a handle that was good, with a name that says nothing. */
const expiredHandle = /receipt handle (?:has expired|is invalid)/iu;

/** Recognised by what it says, not by its class: the package and the SDK may be installed twice. */
export function errorCodeOf(error: unknown): TransportErrorCode {
  if (!(error instanceof Error)) return 'unknown';
  const own = ownReasonOf(error);
  if (own !== undefined) return codeOfEntry(error) ?? sqsErrorCodes[own];
  // The code first: the SDK calls a connection that was reset a timeout.
  return codeOfSystem(error) ?? codeOfName(error.name, error.message) ?? codeOfStatus(error);
}

/** Whether a name of an error or of a failed entry says that there were too many calls. */
export function isThrottling(name: string): boolean {
  return throttling.test(plainName(name));
}

function codeOfName(name: string, text: string): TransportErrorCode | undefined {
  const plain = plainName(name);
  if (Object.hasOwn(serviceNames, plain)) return serviceNames[plain];
  if (throttling.test(plain)) return 'throttled';
  if (unauthorized.test(plain)) return 'unauthorized';
  if (expiredHandle.test(text)) return 'lease-lost';
  // What is no JSON and no XML did not come from AWS: a proxy or another server answered.
  return plain === 'SyntaxError' ? 'unavailable' : undefined;
}

function plainName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1).replace(/(?<!^)Exception$/u, '');
}

/** An entry that failed within a batch names its own error. */
function codeOfEntry(error: Error): TransportErrorCode | undefined {
  return 'code' in error && typeof error.code === 'string' ? codeOfName(error.code, error.message) : undefined;
}

function codeOfSystem(error: Error): TransportErrorCode | undefined {
  if (!('code' in error) || typeof error.code !== 'string') return undefined;
  if (certificateCode.test(error.code)) return 'unauthorized';
  return systemCode.test(error.code) ? 'unavailable' : undefined;
}

function codeOfStatus(error: Error): TransportErrorCode {
  if (!('$metadata' in error) || typeof error.$metadata !== 'object' || error.$metadata === null) return 'unknown';
  const { httpStatusCode: status } = error.$metadata as { readonly httpStatusCode?: unknown };
  if (typeof status !== 'number') return 'unknown';
  if (status >= 500) return 'unavailable';
  if (status === 401 || status === 403) return 'unauthorized';
  return status === 429 ? 'throttled' : 'unknown';
}

function ownReasonOf(error: Error): SqsErrorReason | undefined {
  if (error.name !== 'SqsTransportError' || !('reason' in error) || typeof error.reason !== 'string') return undefined;
  return isReason(error.reason) ? error.reason : undefined;
}

function isReason(reason: string): reason is SqsErrorReason {
  return Object.hasOwn(sqsErrorCodes, reason);
}
