import { expect, test } from 'vitest';
import { seededRandom } from './seeded-random.ts';

const draws = (count: number, ...name: readonly (string | number)[]): readonly number[] => {
  const random = seededRandom(7, ...name);
  return Array.from({ length: count }, random);
};

test('the same name gives the same numbers', () => {
  expect(draws(5, 'wish', 'a')).toEqual(draws(5, 'wish', 'a'));
});

test('names that differ a little give numbers that differ wholly', () => {
  const firsts = Array.from({ length: 1000 }, (_, index) => draws(1, 'wish', index)[0] ?? 0);
  expect(new Set(firsts).size).toBe(1000);
  const mean = firsts.reduce((sum, value) => sum + value, 0) / firsts.length;
  expect(mean).toBeCloseTo(0.5, 1);
});

test('every tenth of the range gets about a tenth of the numbers', () => {
  const tenths = Map.groupBy(draws(10_000), (value) => Math.floor(value * 10));
  const counts = [...tenths.values()].map(({ length }) => length);
  expect(counts).toHaveLength(10);
  expect(Math.min(...counts)).toBeGreaterThan(850);
  expect(Math.max(...counts)).toBeLessThan(1150);
});
