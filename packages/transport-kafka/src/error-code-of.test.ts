import kafkajs from 'kafkajs';
import { expect, test } from 'vitest';
import { brokerErrorCodes } from './broker-error-codes.ts';
import { clientErrorNames, errorCodeOf } from './error-code-of.ts';
import { KafkaTransportError, kafkaErrorCodes } from './kafka-error.ts';
import type { KafkaErrorReason } from './kafka-error.ts';
import { brokerErrorsOfKafkajs } from './testing/broker-errors-of-kafkajs.ts';

test('every error that kafkajs knows of a broker has a code', () => {
  expect(brokerErrorsOfKafkajs.length).toBeGreaterThan(80);
  expect(brokerErrorsOfKafkajs.filter(({ type }) => !Object.hasOwn(brokerErrorCodes, type))).toEqual([]);
});

test.each(Object.entries(brokerErrorCodes))('the answer %s is %s', (type, code) => {
  const answer = new kafkajs.KafkaJSProtocolError(Object.assign(new Error('x'), { type, retriable: false }));
  expect(errorCodeOf(answer)).toBe(code);
  const after = new kafkajs.KafkaJSNumberOfRetriesExceeded(answer, { retryCount: 5, retryTime: 100 });
  expect(errorCodeOf(after)).toBe(code);
});

/** Those that say nothing by themselves, or that hold others. */
const mute = new Set([
  'KafkaJSError',
  'KafkaJSNonRetriableError',
  'KafkaJSProtocolError',
  'KafkaJSNumberOfRetriesExceeded',
  'KafkaJSAggregateError',
  'KafkaJSOffsetOutOfRange',
  'KafkaJSMemberIdRequired',
  'KafkaJSCreateTopicError',
  'KafkaJSAlterPartitionReassignmentsError',
  'KafkaJSDeleteGroupsError',
  'KafkaJSDeleteTopicRecordsError',
  'KafkaJSInvariantViolation',
  'KafkaJSInvalidVarIntError',
  'KafkaJSInvalidLongError',
]);

test('every error class of kafkajs has a code or holds an error that has one', () => {
  const classes = Object.keys(kafkajs).filter((name) => name.startsWith('KafkaJS') && !mute.has(name));
  expect(classes.length).toBeGreaterThan(10);
  expect(classes.filter((name) => !Object.hasOwn(clientErrorNames, name))).toEqual([]);
});

test.each([
  ['unavailable', new Error('Broker not connected')],
  ['unavailable', new Error('Closed connection')],
  ['unavailable', new kafkajs.KafkaJSConnectionError('Connection error: connect ECONNREFUSED')],
  ['unavailable', Object.assign(new Error('x'), { code: 'ECONNREFUSED' })],
  ['unauthorized', Object.assign(new Error('x'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })],
  [
    'unauthorized',
    Object.assign(new Error('SASL PLAIN authentication failed'), { name: 'KafkaJSSASLAuthenticationError' }),
  ],
  ['unauthorized', Object.assign(new Error('x'), { code: 'PLT_KFK_AUTHENTICATION' })],
  ['timeout', Object.assign(new Error('x'), { code: 'PLT_KFK_TIMEOUT' })],
  ['unavailable', Object.assign(new Error('x'), { code: 'PLT_KFK_NETWORK' })],
  ['unknown', new Error('something else')],
  ['unknown', Object.assign(new Error('x'), { code: 'PLT_KFK_USER' })],
] as const)('%s: %s', (code, error) => {
  expect(errorCodeOf(error)).toBe(code);
});

test('what the broker answered within several errors of the other client counts', () => {
  const answer = Object.assign(new Error('x'), { code: 'PLT_KFK_RESPONSE_ERROR', apiId: 'MESSAGE_TOO_LARGE' });
  const response = Object.assign(new Error('x'), { code: 'PLT_KFK_RESPONSE', errors: [answer] });
  const several = Object.assign(new Error('x'), { code: 'PLT_KFK_MULTIPLE', errors: [response] });
  expect(errorCodeOf(several)).toBe('message-too-large');
});

test('an error that holds itself ends', () => {
  const error = new Error('x');
  error.cause = error;
  expect(errorCodeOf(error)).toBe('unknown');
});

test('an error of this driver has the code of its reason, also one of a second copy of the package', () => {
  for (const reason of Object.keys(kafkaErrorCodes) as KafkaErrorReason[]) {
    expect(errorCodeOf(new KafkaTransportError(reason, 'Closed connection'))).toBe(kafkaErrorCodes[reason]);
  }
  const copy = Object.assign(new Error('x'), { name: 'KafkaTransportError', reason: 'fenced' });
  expect(errorCodeOf(copy)).toBe('lease-lost');
});

test('what is no error is unknown', () => {
  expect([undefined, null, 'x', 404, { code: 404 }].map(errorCodeOf)).toEqual(
    Array.from({ length: 5 }, () => 'unknown'),
  );
});
