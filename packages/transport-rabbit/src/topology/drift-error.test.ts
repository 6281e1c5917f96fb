import { expect, test } from 'vitest';
import { driftErrorOf } from './drift-error.ts';

/** As RabbitMQ 3.10.8 and 4.0.5 say it, with what amqplib 2.3.1 puts around it. */
const errorOf = (text: string): Error =>
  new Error(`Operation failed: QueueDeclare; 406 (PRECONDITION-FAILED) with message "${text}"`);

const drift = (argument: string, received: string, current: string): Error =>
  errorOf(
    `PRECONDITION_FAILED - inequivalent arg '${argument}' for queue 'shop's:q' in vhost '/': received ${received} but current is ${current}`,
  );

test.each([
  ['x-queue-type', "'quorum'", "'classic'"],
  ['x-delivery-limit', "'1000000'", "'5'"],
  ['x-dead-letter-exchange', 'none', "the value 'dlx' of type 'longstr'"],
  ['x-message-ttl', "the value '1000' of type 'signedint'", 'none'],
  ['durable', "'true'", "'false'"],
])('another %s is named with both values', (argument, received, current) => {
  const error = driftErrorOf(drift(argument, received, current));
  expect(error?.reason).toBe('topology-drift');
  expect(error?.message).toContain(
    `The queue 'shop's:q' exists with another ${argument}: wanted ${received}, present ${current}.`,
  );
});

test('an exchange is called one', () => {
  const text =
    "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'e' in vhost '/': received 'direct' but current is 'fanout'";
  expect(driftErrorOf(errorOf(text))?.message).toMatch(/^The exchange 'e' exists with another type/u);
});

test('what the broker refuses for another reason keeps its words', () => {
  const invalid = driftErrorOf(
    errorOf("PRECONDITION_FAILED - invalid arg 'x-delivery-limit' for queue 'q' in vhost '/'"),
  );
  expect(invalid).toMatchObject({ reason: 'topology-refused' });
  expect(invalid?.message).toMatch(/invalid arg 'x-delivery-limit' for queue 'q'/u);
  const locked = driftErrorOf(
    errorOf("RESOURCE_LOCKED - cannot obtain exclusive access to locked queue 'q' in vhost '/'"),
  );
  expect(locked?.message).toMatch(/locked queue 'q'/u);
});

test('a lost connection is no difference', () => {
  expect(driftErrorOf(new Error('Channel ended, no reply will be forthcoming'))).toBeUndefined();
  expect(driftErrorOf('PRECONDITION_FAILED - x')).toBeUndefined();
});
