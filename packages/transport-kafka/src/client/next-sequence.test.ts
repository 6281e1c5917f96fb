import { expect, test } from 'vitest';
import { nextSequence } from './next-sequence.ts';

test('the number of a batch goes on with the records before it, and wraps as the broker counts', () => {
  expect(nextSequence(0, 3)).toBe(3);
  expect(nextSequence(2 ** 31 - 2, 1)).toBe(2 ** 31 - 1);
  expect(nextSequence(2 ** 31 - 1, 1)).toBe(0);
  expect(nextSequence(2 ** 31 - 2, 5)).toBe(3);
});
