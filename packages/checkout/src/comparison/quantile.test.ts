import { expect, test } from 'vitest';
import { quantile } from './quantile.ts';

test('a quantile is one of the samples, by nearest rank', () => {
  const samples = [1, 2, 3, 4];
  expect([0, 0.25, 0.5, 0.51, 0.99, 1].map((p) => quantile(samples, p))).toEqual([1, 1, 2, 3, 4, 4]);
});

test('no samples have no time', () => {
  expect(quantile([], 0.5)).toBe(0);
});
