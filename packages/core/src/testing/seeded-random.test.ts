import { expect, test } from 'vitest';
import { countingIds, seededIds, seededRandom } from './seeded-random.ts';

test('the same seed gives the same numbers, another seed gives others', () => {
  const draw = (seed: number): readonly number[] => Array.from({ length: 5 }, seededRandom(seed));
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

test('the numbers are spread evenly over [0, 1)', () => {
  const random = seededRandom(1);
  const tenths = Array.from({ length: 10 }, () => 0);
  for (let count = 0; count < 100_000; count += 1) {
    const tenth = Math.floor(random() * 10);
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  // Four standard deviations (95) around the mean.
  for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(380);
});

test('seeded ids have the form of a UUID, come again with their seed and do not repeat', () => {
  const draw = (): readonly string[] => Array.from({ length: 1000 }, seededIds(seededRandom(3)));
  expect(draw()).toEqual(draw());
  expect(new Set(draw()).size).toBe(1000);
  for (const id of draw()) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});

test('counting ids tell their generators apart', () => {
  const newId = countingIds('order');
  expect([newId(), newId()]).toEqual(['order-1', 'order-2']);
});
