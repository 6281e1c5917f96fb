import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeFairly } from './take-fairly.ts';

const sourcesOf = (sizes: readonly number[]) =>
  sizes.map((size, source) => {
    const items = Array.from({ length: size }, (_, index) => ({ source, index }));
    return { take: (limit: number) => items.splice(0, limit) };
  });

const sizes = fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 8 });
const limits = fc.integer({ min: 1, max: 40 });

test('as much as there is room for is taken, and each source keeps its order', () => {
  fc.assert(
    fc.property(sizes, limits, fc.nat(), (present, limit, turn) => {
      const taken = takeFairly(sourcesOf(present), limit, turn);
      const total = present.reduce((sum, size) => sum + size, 0);
      expect(taken).toHaveLength(Math.min(limit, total));
      for (const source of present.keys()) {
        const indexes = taken.filter((item) => item.source === source).map(({ index }) => index);
        expect(indexes).toEqual(indexes.map((_, position) => position));
      }
    }),
  );
});

test('a full source does not keep another one waiting', () => {
  const taken = takeFairly(sourcesOf([100, 100, 3]), 30, 0);
  expect([0, 1, 2].map((source) => taken.filter((item) => item.source === source).length)).toEqual([14, 13, 3]);
});

test('who begins changes with the turn', () => {
  expect([0, 1, 2].map((turn) => takeFairly(sourcesOf([1, 1]), 1, turn)[0]?.source)).toEqual([0, 1, 0]);
});
