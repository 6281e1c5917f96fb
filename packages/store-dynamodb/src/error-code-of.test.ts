import { expect, test } from 'vitest';
import { DynamodbStoreError, dynamodbErrorCodes } from './dynamodb-error.ts';
import type { DynamodbErrorReason } from './dynamodb-error.ts';
import { errorCodeOf } from './error-code-of.ts';
import { cancelled, sdkError } from './testing/scripted-client.ts';

test.each(Object.entries(dynamodbErrorCodes))('the store’s own %s is %s', (reason, code) => {
  expect(errorCodeOf(new DynamodbStoreError(reason as DynamodbErrorReason, 'text'))).toBe(code);
});

test.each([
  ['ConditionalCheckFailedException', 'write-conflict'],
  ['TransactionConflictException', 'write-conflict'],
  ['TransactionInProgressException', 'commit-unknown'],
  ['ProvisionedThroughputExceededException', 'unavailable'],
  ['RequestLimitExceeded', 'unavailable'],
  ['ThrottlingException', 'unavailable'],
  ['InternalServerError', 'unavailable'],
  ['ResourceNotFoundException', 'unavailable'],
  ['AccessDeniedException', 'unauthorized'],
  ['UnrecognizedClientException', 'unauthorized'],
  ['CredentialsProviderError', 'unauthorized'],
  ['TimeoutError', 'timeout'],
  ['ValidationException', 'unknown'],
  ['IdempotentParameterMismatchException', 'unknown'],
])('%s of the SDK is %s', (name, code) => {
  expect(errorCodeOf(sdkError(name))).toBe(code);
});

test.each([
  [['None', 'ConditionalCheckFailed'], 'write-conflict'],
  [['TransactionConflict', 'None'], 'write-conflict'],
  [['ThrottlingError'], 'unavailable'],
  [['ProvisionedThroughputExceeded'], 'unavailable'],
  [['ConditionalCheckFailed', 'ValidationError'], 'unknown'],
  [['ItemCollectionSizeLimitExceeded'], 'unknown'],
  [[], 'unknown'],
])('a transaction cancelled for %j is %s', (codes, code) => {
  expect(errorCodeOf(cancelled(codes))).toBe(code);
});

test.each([
  ['ECONNREFUSED', 'unavailable'],
  ['EAI_AGAIN', 'unavailable'],
  ['ETIMEDOUT', 'timeout'],
  ['EACCES', 'unknown'],
])('the system’s %s is %s', (code, expected) => {
  expect(errorCodeOf(Object.assign(new Error('text'), { code }))).toBe(expected);
});

test.each([undefined, 'text', {}, new Error('text')])('%s is unknown', (thrown) => {
  expect(errorCodeOf(thrown)).toBe('unknown');
});
