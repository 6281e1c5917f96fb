import { expect, test } from 'vitest';
import { formatCount, formatSeconds, formatShare } from './format-figures.ts';

test('counts are grouped by thousands', () => {
  expect([0, 999, 1000, 1_234_567].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567']);
});

test('seconds keep about three digits, and a short wait is never shown as none', () => {
  expect([0, 4, 60, 9_994, 12_345, 99_900, 312_400, 1_500_000].map(formatSeconds)).toEqual([
    '0.00',
    '<0.01',
    '0.06',
    '9.99',
    '12.3',
    '99.9',
    '312',
    '1,500',
  ]);
});

test('only all is 100 % and only none is 0 %', () => {
  expect([0, 0.0001, 0.5, 0.9999, 1].map(formatShare)).toEqual(['0 %', '1 %', '50 %', '99 %', '100 %']);
});
