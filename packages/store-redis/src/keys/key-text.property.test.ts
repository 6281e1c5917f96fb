import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyText } from './key-text.ts';

/** Any sequence of code units, the ones that are no text included, with what is special here made likely. */
const keys = fc
  .array(
    fc.oneof(
      fc.constantFrom('{', '}', '%', '%7B', 'sha256:', '\ud800', '\udfff', '\ufffd', '\u0000', 'e\u0301'),
      fc.string(),
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((parts) => parts.join(''))
  .filter((key) => key !== '');

/** What Redis gets. */
const bytesOf = (key: string): string => Buffer.from(keyText(key)).toString('hex');

test('two keys never become one on the wire', () => {
  fc.assert(
    fc.property(keys, keys, (one, other) => {
      expect(bytesOf(one) === bytesOf(other)).toBe(one === other);
    }),
  );
});

test('no brace is left that could end a hash tag, and no key is longer than its limit allows', () => {
  fc.assert(
    fc.property(keys, fc.nat({ max: 500 }), (key, times) => {
      const text = keyText(key.repeat(times + 1));
      expect(text).not.toMatch(/[{}]/u);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(3 * 512);
    }),
  );
});

test('an ordinary key stays readable, and an empty one is refused', () => {
  expect(keyText('shop-1:order-2')).toBe('shop-1:order-2');
  expect(() => keyText('')).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
});
