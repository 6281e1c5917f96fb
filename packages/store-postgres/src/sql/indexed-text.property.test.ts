import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexedText } from './indexed-text.ts';

/** Any code units at all, so also lone surrogates and NUL; short and few ones, so that equal texts are drawn. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 700 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 4 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom('', '\0', '\ud800', '\udc00', '\ufffd', 'e\u0301', '\u00e9', 'sha256:', 'k'.repeat(9000)),
);

test('texts have equal results exactly when they are equal', () => {
  fc.assert(
    fc.property(anyText, anyText, (left, right) => {
      expect(indexedText(left) === indexedText(right)).toBe(left === right);
    }),
    { numRuns: 2000 },
  );
});

test('every result is one that PostgreSQL keeps and indexes: well-formed, without NUL, of 512 bytes at most', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const result = indexedText(text);
      expect(result.isWellFormed() && !result.includes('\0')).toBe(true);
      expect(Buffer.byteLength(result)).toBeLessThanOrEqual(512);
    }),
  );
});

test('the result of one text, taken for a text, does not stand for the first one', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const result = indexedText(text);
      expect(indexedText(result) === result).toBe(result === text);
    }),
  );
});
