import { expect, test } from 'vitest';
import { errorCodeOf, sqlStateClasses, sqlStateCodes } from './error-code-of.ts';
import { postgresErrorCodes, PostgresStoreError } from './postgres-error.ts';
import type { PostgresErrorReason } from './postgres-error.ts';

const errorOf = (message: string, code?: unknown, options?: ErrorOptions): Error =>
  Object.assign(new Error(message, options), code === undefined ? {} : { code });

test.each(Object.entries(sqlStateCodes))('SQLSTATE %s is %s', (state, code) => {
  expect(errorCodeOf(errorOf('as the server words it', state))).toBe(code);
});

test.each(Object.entries(sqlStateClasses))('any other SQLSTATE of class %s is %s', (start, code) => {
  expect(errorCodeOf(errorOf('as the server words it', `${start}0Z9`))).toBe(code);
});

test.each([
  ['write-conflict', 'could not serialize access', '40001'],
  ['write-conflict', 'deadlock detected', '40P01'],
  ['write-conflict', 'canceling statement due to lock timeout', '55P03'],
  ['timeout', 'canceling statement due to statement timeout', '57014'],
  ['unavailable', 'terminating connection due to administrator command', '57P01'],
  ['unavailable', 'the database system is starting up', '57P03'],
  ['unavailable', 'sorry, too many clients already', '53300'],
  ['unavailable', 'could not extend file: No space left on device', '53100'],
  ['unavailable', 'cannot execute INSERT in a read-only transaction', '25006'],
  ['unauthorized', 'password authentication failed', '28P01'],
  ['unauthorized', 'permission denied for table inbox', '42501'],
  ['unknown', 'duplicate key value violates unique constraint', '23505'],
  ['unknown', 'current transaction is aborted', '25P02'],
  ['unavailable', 'connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED'],
  ['unavailable', 'write EPIPE', 'EPIPE'],
  ['unavailable', 'getaddrinfo ENOTFOUND nowhere', 'ENOTFOUND'],
  ['unauthorized', 'self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['unavailable', 'timeout exceeded when trying to connect', undefined],
  ['unavailable', 'Connection terminated due to connection timeout', undefined],
  ['unavailable', 'Connection terminated unexpectedly', undefined],
  ['unavailable', 'Client has encountered a connection error and is not queryable', undefined],
  ['timeout', 'Query read timeout', undefined],
  ['unauthorized', 'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string', undefined],
  ['closed', 'Cannot use a pool after calling end on the pool', undefined],
  ['closed', 'PGlite is closed', undefined],
  ['unknown', 'something else', undefined],
  ['unknown', 'something else', 'ESOMETHING'],
  ['unknown', 'something else', 40_001],
] as const)('%s: %s', (code, message, own) => {
  expect(errorCodeOf(errorOf(message, own))).toBe(code);
});

test('an error that a query builder has wrapped keeps its code', () => {
  const cause = errorOf('deadlock detected', '40P01');
  expect(errorCodeOf(errorOf('Failed query: select 1', undefined, { cause }))).toBe('write-conflict');
  const lost = errorOf('Failed query: select 1', undefined, { cause: errorOf('read ECONNRESET', 'ECONNRESET') });
  expect(errorCodeOf(lost)).toBe('unavailable');
});

test('an address with several hosts that all refuse is unavailable', () => {
  expect(errorCodeOf(new AggregateError([errorOf('connect ECONNREFUSED ::1:1', 'ECONNREFUSED')]))).toBe('unavailable');
});

test('a circle of causes ends', () => {
  const error = new Error('x');
  error.cause = error;
  expect(errorCodeOf(error)).toBe('unknown');
});

test('an error of this store has the code of its reason, also one of a second copy of the package', () => {
  for (const reason of Object.keys(postgresErrorCodes) as PostgresErrorReason[]) {
    expect(errorCodeOf(new PostgresStoreError(reason, 'read ECONNRESET'))).toBe(postgresErrorCodes[reason]);
  }
  const copy = Object.assign(new Error('x'), { name: 'PostgresStoreError', reason: 'not-found' });
  expect(errorCodeOf(copy)).toBe('not-found');
  expect(errorCodeOf(Object.assign(new Error('x'), { name: 'PostgresStoreError', reason: 'toString' }))).toBe(
    'unknown',
  );
});

test('what is no error is unknown', () => {
  expect([undefined, null, 'x', 404, { code: '40001' }].map(errorCodeOf)).toEqual(
    Array.from({ length: 5 }, () => 'unknown'),
  );
});
