import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isLegalText } from './body-text.ts';
import { toFifoId } from './fifo-id.ts';
import { readMessage } from './read-message.ts';
import { toWireEntry } from './wire-entry.ts';

/** Control characters, halves of surrogate pairs and characters that are none among them. */
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom('\uD800', '\uDC00', '\uFFFE', '\uFFFF', '\u0000', '\r', 'a', '🧾'))
    .map((parts) => parts.join('')),
);
const message = fc.record({
  id: text,
  key: fc.option(text, { nil: undefined }),
  deduplicationKey: text,
  headers: fc.dictionary(text, text, { noNullPrototype: true }),
  body: fc.oneof(
    fc.uint8Array(),
    fc.string().map((body) => Buffer.from(body)),
  ),
  delayMs: fc.constant(0),
});
const settings = fc.record({
  queueType: fc.constantFrom('fifo' as const, 'standard' as const),
  fairQueueGroups: fc.constant(false),
  attributeHeaders: fc.constantFrom([], ['tenant']),
});

test('every message comes back as it was, whatever is in it', () => {
  fc.assert(
    fc.property(message, settings, fc.option(text, { nil: undefined }), (sent, wire, tenant) => {
      const headers = tenant === undefined ? sent.headers : { ...sent.headers, tenant };
      const { body, attributes } = toWireEntry({ ...sent, headers }, wire);
      const read = readMessage({ Body: body, MessageAttributes: { ...attributes } });
      expect({ ...read.message, body: [...read.message.body] }).toEqual({ ...sent, headers, body: [...sent.body] });
    }),
  );
});

test('nothing is sent that SQS would refuse for its characters', () => {
  fc.assert(
    fc.property(message, settings, (sent, wire) => {
      const { body, attributes } = toWireEntry(sent, wire);
      const values = [body, ...Object.values(attributes).map(({ StringValue }) => StringValue)];
      expect(values.filter((value) => !isLegalText(value))).toEqual([]);
    }),
  );
});

test('reading a message of anybody else never throws', () => {
  fc.assert(
    fc.property(fc.string(), fc.oneof(fc.string(), fc.json()), (body, waybill) => {
      const MessageAttributes = { waybill: { DataType: 'String', StringValue: waybill } };
      expect(typeof readMessage({ Body: body, MessageAttributes }).message.id).toBe('string');
    }),
  );
});

test('two texts never share a message group or a deduplication id, and every one is legal', () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(toFifoId(one) === toFifoId(other)).toBe(one === other);
      expect(toFifoId(one)).toMatch(/^[\x21-\x7E]{1,128}$/u);
    }),
  );
});
