import { expect, test } from 'vitest';
import { errorCodeOf } from './error-code-of.ts';
import { RabbitTransportError, rabbitErrorCodes } from './rabbit-error.ts';
import type { RabbitErrorReason } from './rabbit-error.ts';

/** As amqplib 2.3.1 throws them: some with a reply code, some with a system code, some with words only. */
const errorOf = (message: string, code?: number | string): Error =>
  Object.assign(new Error(message), code === undefined ? {} : { code });

test.each([
  [
    'message-too-large',
    'Channel closed by server: 406 (PRECONDITION-FAILED) with message "PRECONDITION_FAILED - message size 134217729 is larger than configured max size 134217728"',
    406,
  ],
  [
    'lease-lost',
    'Channel closed by server: 406 (PRECONDITION-FAILED) with message "PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout value used: 3000 ms."',
    406,
  ],
  [
    'lease-lost',
    'Channel closed by server: 406 (PRECONDITION-FAILED) with message "PRECONDITION_FAILED - unknown delivery tag 7"',
    406,
  ],
  [
    'not-found',
    "Channel closed by server: 404 (NOT-FOUND) with message \"NOT_FOUND - no exchange 'x' in vhost '/'\"",
    404,
  ],
  [
    'not-found',
    "Operation failed: QueueDeclare; 404 (NOT-FOUND) with message \"NOT_FOUND - no queue 'x' in vhost '/'\"",
    404,
  ],
  ['topology-conflict', 'Operation failed: QueueDeclare; 406 (PRECONDITION-FAILED) with message "…"', 406],
  ['topology-conflict', 'Operation failed: QueueDeclare; 405 (RESOURCE-LOCKED) with message "…"', 405],
  ['unauthorized', 'Operation failed: QueueDeclare; 403 (ACCESS-REFUSED) with message "…"', 403],
  [
    'unauthorized',
    'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - Login was refused"',
    undefined,
  ],
  [
    'unavailable',
    'Connection closed: 320 (CONNECTION-FORCED) with message "CONNECTION_FORCED - broker forced connection closure"',
    320,
  ],
  ['unavailable', 'Connection closed: 541 (INTERNAL-ERROR) with message "INTERNAL_ERROR"', 541],
  ['unavailable', 'Connection closed: 501 (FRAME-ERROR) with message "FRAME_ERROR"', 501],
  ['unavailable', 'Heartbeat timeout', undefined],
  ['unavailable', 'Unexpected close', undefined],
  ['unavailable', 'Socket closed abruptly during opening handshake', undefined],
  ['unavailable', 'channel closed', undefined],
  ['unavailable', 'Channel closed', undefined],
  ['unavailable', 'Channel ended, no reply will be forthcoming', undefined],
  ['unavailable', 'Connection closing', undefined],
  ['unavailable', 'Frame on unknown channel: <BasicDeliver channel:1>', undefined],
  ['unavailable', 'connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED'],
  ['unavailable', 'read ECONNRESET', 'ECONNRESET'],
  ['unavailable', 'getaddrinfo ENOTFOUND nowhere', 'ENOTFOUND'],
  ['unavailable', 'wrong version number', 'ERR_SSL_WRONG_VERSION_NUMBER'],
  ['unauthorized', 'self-signed certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['unauthorized', 'certificate has expired', 'CERT_HAS_EXPIRED'],
  ['unauthorized', "Hostname/IP does not match certificate's altnames", 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['timeout', 'connect ETIMEDOUT', undefined],
  ['throttled', 'message nacked', undefined],
  ['unsupported', 'No channels left to allocate', undefined],
  ['unknown', 'something else', undefined],
  ['unknown', 'something else', 'ESOMETHING'],
])('%s: %s', (code, message, own) => {
  expect(errorCodeOf(errorOf(message, own))).toBe(code);
});

test('an error of this driver has the code of its reason, also one of a second copy of the package', () => {
  for (const reason of Object.keys(rabbitErrorCodes) as RabbitErrorReason[]) {
    expect(errorCodeOf(new RabbitTransportError(reason, 'channel closed'))).toBe(rabbitErrorCodes[reason]);
  }
  const copy = Object.assign(new Error('x'), { name: 'RabbitTransportError', reason: 'unroutable' });
  expect(errorCodeOf(copy)).toBe('unroutable');
  expect(errorCodeOf(Object.assign(new Error('x'), { name: 'RabbitTransportError', reason: 'toString' }))).toBe(
    'unknown',
  );
});

test('what is no error is unknown', () => {
  expect([undefined, null, 'x', 404, { code: 404 }].map(errorCodeOf)).toEqual(
    Array.from({ length: 5 }, () => 'unknown'),
  );
});
