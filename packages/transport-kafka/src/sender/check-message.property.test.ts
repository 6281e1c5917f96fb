import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeBatch } from '../client/kafkajs/producer/encode-batch.ts';
import { toRecord } from '../message/to-record.ts';
import { checkMessage } from './check-message.ts';

const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary-ascii' }));
const message = fc.record({
  id: text,
  key: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
  deduplicationKey: text,
  headers: fc.dictionary(text, text, { maxKeys: 8 }),
  body: fc.uint8Array({ maxLength: 500 }),
  delayMs: fc.constant(0),
});
const identity = { producerId: 0n, producerEpoch: 0, firstSequence: 0 };

test('a message that is let through fits into a batch of its own', () => {
  fc.assert(
    fc.property(message, fc.integer({ min: 200, max: 2000 }), (one, messageBytesMax) => {
      const found = checkMessage(one, messageBytesMax);
      if (typeof found === 'object') return;
      expect(found).toBeLessThanOrEqual(messageBytesMax);
      expect(encodeBatch([toRecord(one, 0)], identity).byteLength).toBeLessThanOrEqual(messageBytesMax);
    }),
    { numRuns: 1000 },
  );
});

test('a message is refused for its size only where it does not fit, but for a frame', () => {
  fc.assert(
    fc.property(message, (one) => {
      const { byteLength } = encodeBatch([toRecord(one, 0)], identity);
      expect(typeof checkMessage(one, byteLength + 256)).toBe('number');
    }),
    { numRuns: 500 },
  );
});
