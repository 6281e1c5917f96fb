import type { StoreErrorCode } from '@waybill/core/driver';
import { dynamodbErrorCodes } from './dynamodb-error.ts';
import type { DynamodbErrorReason } from './dynamodb-error.ts';

/** Errors of DynamoDB and of the SDK by their names. */
const namedCodes: Readonly<Record<string, StoreErrorCode>> = {
  ConditionalCheckFailedException: 'write-conflict',
  TransactionConflictException: 'write-conflict',
  TransactionInProgressException: 'commit-unknown',
  ResourceNotFoundException: 'unavailable',
  ResourceInUseException: 'unavailable',
  ProvisionedThroughputExceededException: 'unavailable',
  RequestLimitExceeded: 'unavailable',
  ThrottlingException: 'unavailable',
  InternalServerError: 'unavailable',
  ServiceUnavailable: 'unavailable',
  ServiceUnavailableException: 'unavailable',
  AccessDeniedException: 'unauthorized',
  CredentialsProviderError: 'unauthorized',
  ExpiredTokenException: 'unauthorized',
  IncompleteSignatureException: 'unauthorized',
  InvalidSignatureException: 'unauthorized',
  MissingAuthenticationToken: 'unauthorized',
  MissingAuthenticationTokenException: 'unauthorized',
  UnrecognizedClientException: 'unauthorized',
  TimeoutError: 'timeout',
  AbortError: 'timeout',
};

/** Codes of Node's sockets and of name look-ups. */
const systemCode = /^(?:ECONN|EPIPE|EHOST|ENET|ENOTFOUND|EAI_|ERR_TLS|ERR_SSL|UND_ERR)/;

/** Classifies what a call of this store has thrown. */
export function errorCodeOf(error: unknown): StoreErrorCode {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'DynamodbStoreError') {
    // Recognised by its name, not by its class: the package may be installed twice.
    return dynamodbErrorCodes[(error as { reason?: DynamodbErrorReason }).reason ?? 'illegal-value'] ?? 'unknown';
  }
  if (error.name === 'TransactionCanceledException') return codeOfReasons(cancellationCodes(error));
  const named = namedCodes[error.name];
  if (named !== undefined) return named;
  const { code } = error as { code?: unknown };
  if (code === 'ETIMEDOUT') return 'timeout';
  return typeof code === 'string' && systemCode.test(code) ? 'unavailable' : 'unknown';
}

/** Why each item of a cancelled transaction was refused, in the order of the items; `None` for those that were not. */
export function cancellationCodes(error: unknown): readonly string[] {
  const { CancellationReasons: reasons } = error as { CancellationReasons?: readonly { Code?: string }[] };
  return (reasons ?? []).map(({ Code }) => Code ?? 'None');
}

function codeOfReasons(codes: readonly string[]): StoreErrorCode {
  const others = codes.filter((code) => code !== 'None');
  // A refusal of the data is no conflict: it would be refused for ever.
  if (others.some((code) => code === 'ValidationError' || code === 'ItemCollectionSizeLimitExceeded')) return 'unknown';
  if (others.some((code) => code === 'ConditionalCheckFailed' || code === 'TransactionConflict')) {
    return 'write-conflict';
  }
  if (others.some((code) => code === 'ThrottlingError' || code === 'ProvisionedThroughputExceeded')) {
    return 'unavailable';
  }
  return others.includes('AccessDenied') ? 'unauthorized' : 'unknown';
}
