import { expect, test } from 'vitest';
import { indexedText } from './indexed-text.ts';

test('an ordinary key stands for itself, whatever its script', () => {
  for (const key of ['', 'order-1', 'shop:订单:1', '😀', 'k'.repeat(512)]) expect(indexedText(key)).toBe(key);
});

test('a key that an index could not hold is kept by its digest, which is the same for ever', () => {
  expect(indexedText('k'.repeat(9000))).toBe('sha256:63095f273433cb69e00aea9f7bf717921949f4ae457ed53548d8294ac9310d0c');
  expect(indexedText('k'.repeat(513))).toMatch(/^sha256:[0-9a-f]{64}$/u);
  expect(indexedText('é'.repeat(257))).toMatch(/^sha256:[0-9a-f]{64}$/u);
});

test('a key that only looks like a digest is not taken for one', () => {
  const long = 'k'.repeat(9000);
  expect(indexedText(indexedText(long))).not.toBe(indexedText(long));
  expect(indexedText('sha256:')).not.toBe('sha256:');
});

test('normal forms, NUL and lone surrogates stay different from all that resembles them', () => {
  const alike = ['é', 'e\u0301', 'e', 'e\0', '\ud800', '\udc00', '\ufffd', '\0', ''];
  expect(new Set(alike.map(indexedText)).size).toBe(alike.length);
});
