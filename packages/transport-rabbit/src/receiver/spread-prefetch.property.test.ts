import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spreadPrefetch } from './spread-prefetch.ts';

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

test('the sum is the bound, unless there are more queues than that', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 64 }), (unsettledMax, queues) => {
      const spread = spreadPrefetch(unsettledMax, queues);
      expect(spread).toHaveLength(queues);
      expect(sum(spread)).toBe(Math.max(unsettledMax, queues));
      expect(Math.max(...spread) - Math.min(...spread)).toBeLessThanOrEqual(1);
    }),
  );
});

test('no queue is without, because it would starve', () => {
  expect(spreadPrefetch(2, 4)).toEqual([1, 1, 1, 1]);
});

test('a share is never more than the protocol can carry', () => {
  expect(spreadPrefetch(1_000_000, 2)).toEqual([65_535, 65_535]);
});
