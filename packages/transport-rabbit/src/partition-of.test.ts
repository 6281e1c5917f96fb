import { expect, test } from 'vitest';
import { partitionOf } from './partition-of.ts';

test('the hash is FNV-1a of the UTF-8 bytes, so that other languages agree', () => {
  const partitions = 2 ** 32;
  expect(partitionOf('', partitions, 0)).toBe(0x811c9dc5);
  expect(partitionOf('a', partitions, 0)).toBe(0xe40c292c);
  expect(partitionOf('foobar', partitions, 0)).toBe(0xbf9cf968);
  expect(partitionOf('é', partitions, 0)).toBe(partitionOf('é', partitions, 7));
});

test('10,000 keys spread evenly over 8 partitions', () => {
  const counts = Array.from({ length: 8 }, () => 0);
  for (let index = 0; index < 10_000; index += 1) {
    const partition = partitionOf(`order-${index}`, 8, 0);
    counts[partition] = (counts[partition] ?? 0) + 1;
  }
  expect(Math.min(...counts)).toBeGreaterThan(1100);
  expect(Math.max(...counts)).toBeLessThan(1400);
});

test('messages without a key take turns', () => {
  expect([0, 1, 2, 3].map((turn) => partitionOf(undefined, 3, turn))).toEqual([0, 1, 2, 0]);
  expect(partitionOf(undefined, 1, 5)).toBe(0);
});
