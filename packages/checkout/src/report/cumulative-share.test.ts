import { expect, test } from 'vitest';
import { cumulativeShare, shareWithin } from './cumulative-share.ts';

test('each sample is a step of the curve', () => {
  expect(cumulativeShare([10, 20, 40], 4)).toEqual([
    { ms: 10, share: 0.25 },
    { ms: 20, share: 0.5 },
    { ms: 40, share: 0.75 },
  ]);
});

test('a thinned curve ends where the full one ends and every point of it is true', () => {
  const samplesMs = Array.from({ length: 1000 }, (_, index) => index * index);
  const points = cumulativeShare(samplesMs, 1000, 60);
  expect(points).toHaveLength(60);
  expect(points.at(-1)).toEqual({ ms: 999 * 999, share: 1 });
  for (const { ms, share } of points) expect(samplesMs.filter((sample) => sample <= ms)).toHaveLength(share * 1000);
});

test('no samples are no curve', () => {
  expect(cumulativeShare([], 300)).toEqual([]);
  expect(shareWithin([], 5000, 300)).toBe(0);
});

test('the share within a limit includes the limit and counts those who waited in vain', () => {
  expect(shareWithin([4000, 5000, 5001], 5000, 4)).toBe(0.5);
  expect(shareWithin([], 5000, 0)).toBe(0);
});
