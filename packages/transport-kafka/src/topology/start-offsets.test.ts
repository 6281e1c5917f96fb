import { expect, test } from 'vitest';
import type { StartFrom } from '../options.ts';
import { startOffsets } from './start-offsets.ts';

const admin = {
  endsOf: () =>
    Promise.resolve(
      new Map([
        [0, { low: 10, high: 20 }],
        [1, { low: 0, high: 5 }],
      ]),
    ),
  offsetsAt: () =>
    Promise.resolve(
      new Map([
        [0, 15],
        [1, 5],
      ]),
    ),
};

test.each([
  ['the first record there is', 'earliest', [10, 0]],
  ['what comes next', 'latest', [20, 5]],
  ['a time', { timestampMs: 1000 }, [15, 5]],
  ['offsets, and the first record where none is given', { offsets: { 0: 12 } }, [12, 0]],
  ['offsets that the partition has not, which end at its ends', { offsets: { 0: 3, 1: 99 } }, [10, 5]],
] satisfies [string, StartFrom, number[]][])('a group begins at %s', async (_, from, offsets) => {
  expect([...(await startOffsets(admin, 'orders', from)).values()]).toEqual(offsets);
});
