import { expect, test } from 'vitest';
import { indexedText, joinedTexts } from './indexed-text.ts';

test('usual texts stay readable', () => {
  expect(joinedTexts('charge', 'o-1')).toBe('6:charge/3:o-1');
});

test.each(['\uD800', 'a\0b', 'sha256:00', 'x'.repeat(513), 'é'.repeat(257)])(
  'a text like %j goes by its digest',
  (text) => {
    expect(indexedText(text)).toMatch(/^sha256:[0-9a-f]{64}$/);
  },
);

test('texts that UTF-8 would make one, and forms of one text, stay apart', () => {
  const texts = ['\uD800', '\uDFFF', '\uFFFD', '\u00E9', 'e\u0301', '', '\0'];
  expect(new Set(texts.map(indexedText)).size).toBe(texts.length);
});

test('no two lists of texts make one', () => {
  expect(joinedTexts('a', 'b/1:c')).not.toBe(joinedTexts('a/1:b', 'c'));
  expect(joinedTexts('', 'ab')).not.toBe(joinedTexts('ab', ''));
});
