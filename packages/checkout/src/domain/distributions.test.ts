import { expect, test } from 'vitest';
import { drawBetween, drawInteger, drawLognormal } from './distributions.ts';
import { seededRandom } from './seeded-random.ts';

const many = <Value>(draw: () => Value): readonly Value[] => Array.from({ length: 10_000 }, draw);

test('half of a lognormal lies below its median and 84 % below one sigma', () => {
  const random = seededRandom(1);
  const samples = many(() => drawLognormal({ medianMs: 1000, sigma: 0.5 }, random));
  expect(samples.filter((ms) => ms < 1000).length / samples.length).toBeCloseTo(0.5, 1);
  expect(samples.filter((ms) => ms < 1000 * Math.exp(0.5)).length / samples.length).toBeCloseTo(0.84, 1);
});

test('integers come from both ends and from nowhere beyond', () => {
  const random = seededRandom(2);
  expect(new Set(many(() => drawInteger(1, 3, random)))).toEqual(new Set([1, 2, 3]));
});

test('a draw between two bounds stays between them', () => {
  const random = seededRandom(3);
  expect(many(() => drawBetween(5, 6, random)).every((value) => value >= 5 && value < 6)).toBe(true);
});
