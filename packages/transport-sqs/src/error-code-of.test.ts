import { expect, test } from 'vitest';
import { errorCodeOf } from './error-code-of.ts';
import { sqsErrorCodes, SqsTransportError } from './sqs-error.ts';
import type { SqsErrorReason } from './sqs-error.ts';

const named = (name: string, message = '', more: object = {}): Error =>
  Object.assign(new Error(message), { name, ...more });
const status = (httpStatusCode: number): object => ({ $metadata: { httpStatusCode } });

test.each(Object.entries(sqsErrorCodes))('the reason %s is %s', (reason, code) => {
  expect(errorCodeOf(new SqsTransportError(reason as SqsErrorReason, 'text'))).toBe(code);
});

test.each([
  ['QueueDoesNotExist', 'not-found'],
  ['AWS.SimpleQueueService.NonExistentQueue', 'not-found'],
  ['NotFoundException', 'not-found'],
  ['QueueNameExists', 'topology-conflict'],
  ['QueueDeletedRecently', 'unavailable'],
  ['InternalErrorException', 'unavailable'],
  ['ServiceUnavailable', 'unavailable'],
  ['ReceiptHandleIsInvalid', 'lease-lost'],
  ['InvalidMessageContents', 'message-invalid'],
  ['BatchRequestTooLongException', 'message-too-large'],
  ['RequestThrottled', 'throttled'],
  ['ThrottlingException', 'throttled'],
  ['ThrottledException', 'throttled'],
  ['OverLimit', 'throttled'],
  ['KmsThrottled', 'throttled'],
  ['KMSThrottlingException', 'throttled'],
  ['AccessDenied', 'unauthorized'],
  ['AccessDeniedException', 'unauthorized'],
  ['AuthorizationErrorException', 'unauthorized'],
  ['InvalidClientTokenId', 'unauthorized'],
  ['ExpiredTokenException', 'unauthorized'],
  ['SignatureDoesNotMatch', 'unauthorized'],
  ['RequestTimeTooSkewed', 'unauthorized'],
  ['CredentialsProviderError', 'unauthorized'],
  ['KmsAccessDenied', 'unauthorized'],
  ['KMSDisabledException', 'unauthorized'],
  ['TimeoutError', 'timeout'],
  ['SyntaxError', 'unavailable'],
  ['Error', 'unknown'],
])('%s of AWS or its SDK is %s', (name, code) => {
  expect(errorCodeOf(named(name))).toBe(code);
});

test('a handle that has expired is a lost lease, under the name that FIFO gives it', () => {
  const text = 'Value AQEB for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.';
  expect(errorCodeOf(named('InvalidParameterValue', text))).toBe('lease-lost');
});

test.each([
  ['ECONNREFUSED', 'unavailable'],
  ['ECONNRESET', 'unavailable'],
  ['ENOTFOUND', 'unavailable'],
  ['HPE_INVALID_CONSTANT', 'unavailable'],
  ['CERT_HAS_EXPIRED', 'unauthorized'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'unauthorized'],
])('the system error %s is %s', (code, expected) => {
  expect(errorCodeOf(named('Error', '', { code }))).toBe(expected);
});

test('a connection that was reset is no timeout, though the SDK calls it so', () => {
  expect(errorCodeOf(named('TimeoutError', '', { code: 'ECONNRESET' }))).toBe('unavailable');
});

test.each([
  [500, 'unavailable'],
  [503, 'unavailable'],
  [403, 'unauthorized'],
  [429, 'throttled'],
  [400, 'unknown'],
])('an error without a known name and with status %i is %s', (httpStatusCode, expected) => {
  expect(errorCodeOf(named('Strange', '', status(httpStatusCode)))).toBe(expected);
});

test('what is no error at all is unknown', () => {
  expect([errorCodeOf('text'), errorCodeOf(undefined)]).toEqual(['unknown', 'unknown']);
});

test('an entry that failed is known by the code of the service', () => {
  const entry = Object.assign(new SqsTransportError('entry-refused', 'KmsAccessDenied: no'), {
    code: 'KmsAccessDenied',
  });
  expect(errorCodeOf(entry)).toBe('unauthorized');
});
