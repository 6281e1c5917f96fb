import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { TransportMessage } from '@waybill/core/driver';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toProperties } from '../message-properties.ts';
import { frameRefusalOf, refusalOf } from './check-message.ts';

/** What amqplib really makes of the properties of a message: the one frame that is not cut into pieces. */
const require = createRequire(import.meta.url);
const { encodeProperties } = require(join(dirname(require.resolve('amqplib')), 'lib', 'defs.js')) as {
  readonly encodeProperties: (id: number, channel: number, size: number, fields: object) => Buffer;
};
const basicProperties = 60;

const limits = { messageBytesMax: 1_000_000, delaysMs: [], priorityHeader: 'urgency' };

const textOf = (maxLength: number) =>
  fc.oneof(
    fc.string({ maxLength }),
    fc.string({ maxLength, unit: 'binary' }),
    // Three bytes of UTF-8 for each character, at every length up to the most.
    fc.nat({ max: maxLength }).map((length) => '€'.repeat(length)),
    fc.constantFrom('\uD800', 'CC', 'x-death', '__proto__', 'x-wb-key', 'urgency', '7'),
  );

const messages: fc.Arbitrary<TransportMessage> = fc.record({
  id: textOf(400),
  key: fc.option(textOf(9000), { nil: undefined }),
  deduplicationKey: textOf(400),
  headers: fc
    .array(fc.tuple(textOf(260), fc.oneof({ weight: 9, arbitrary: textOf(500) }, textOf(30_000))), { maxLength: 100 })
    .map((entries) => Object.fromEntries(entries)),
  body: fc.constant(Buffer.from('{}')),
  delayMs: fc.constant(0),
});

const encodedBytesOf = (message: TransportMessage): number => {
  const mark = { nowMs: Date.UTC(2026, 10, 21), publishId: '123456789', priorityHeader: limits.priorityHeader };
  const { persistent: _persistent, mandatory: _mandatory, ...fields } = toProperties(message, mark);
  return encodeProperties(basicProperties, 1, message.body.byteLength, { ...fields, deliveryMode: 2 }).byteLength;
};

test('what is accepted can be encoded, and fits into the frame that it was measured for', () => {
  let accepted = 0;
  let refused = 0;
  fc.assert(
    fc.property(messages, fc.integer({ min: 4096, max: 66_048 }), (message, frameBytesMax) => {
      if (refusalOf(message, limits) !== undefined) {
        refused += 1;
        return;
      }
      accepted += 1;
      const bytes = encodedBytesOf(message);
      if (frameRefusalOf(message, frameBytesMax) === undefined) expect(bytes).toBeLessThanOrEqual(frameBytesMax);
    }),
    { numRuns: 400 },
  );
  expect(accepted).toBeGreaterThan(20);
  expect(refused).toBeGreaterThan(20);
});
