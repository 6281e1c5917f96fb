import { expect, test } from 'vitest';
import { compareEpochs } from './compare-epochs.ts';

test.each([
  ['7.1.5', '7.1.5', 'same'],
  ['7.2.5', '7.1.5', 'later'],
  ['7.10.5', '7.9.5', 'later'],
  ['7.1.5', '7.2.5', 'earlier'],
  ['8.2.5', '7.1.5', 'foreign'],
  ['7.2.6', '7.1.5', 'foreign'],
  ['7.01.5', '7.1.5', 'foreign'],
  ['a', 'b', 'foreign'],
  ['a', 'a', 'same'],
  ['7.1.5', 'a', 'foreign'],
  ['x7.2.5', '7.1.5', 'foreign'],
] as const)('%s after %s is %s', (epoch, known, order) => {
  expect(compareEpochs(epoch, known)).toBe(order);
});
