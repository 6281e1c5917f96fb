import { expect, test } from 'vitest';
import { createFairShare } from './fair-share.ts';
import type { Load } from './fair-share.ts';

const asked = (load: Load, turns: number): readonly number[] => {
  const shareOf = createFairShare();
  return Array.from({ length: turns }, () => shareOf(load));
};

test('what is beyond the fair share goes at once', () => {
  expect(asked({ active: 8, partitions: 8, instances: 2 }, 2)).toEqual([4, 4]);
  expect(asked({ active: 8, partitions: 8, instances: 3 }, 1)).toEqual([5]);
});

test.each([
  { active: 8, partitions: 8, instances: 1 },
  { active: 4, partitions: 8, instances: 2 },
  { active: 2, partitions: 8, instances: 3 },
  { active: 1, partitions: 4, instances: 5 },
  { active: 0, partitions: 4, instances: 2 },
])('nobody moves with $active of $partitions queues and $instances instances', (load) => {
  expect(asked(load, 50).every((count) => count === 0)).toBe(true);
});

test('one of a share that was rounded up is passed on ever more seldom', () => {
  const moved = asked({ active: 2, partitions: 4, instances: 3 }, 64);
  expect(moved.flatMap((count, turn) => (count === 1 ? [turn] : []))).toEqual([0, 2, 6, 14, 30, 62]);
});

test('another number of instances makes it quick again', () => {
  const shareOf = createFairShare();
  for (let turn = 0; turn < 20; turn += 1) shareOf({ active: 2, partitions: 4, instances: 3 });
  shareOf({ active: 1, partitions: 4, instances: 4 });
  expect(shareOf({ active: 2, partitions: 4, instances: 3 })).toBe(1);
});
