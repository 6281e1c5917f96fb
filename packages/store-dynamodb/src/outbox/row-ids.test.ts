import { expect, test } from 'vitest';
import { createRowIds } from './row-ids.ts';

const nowMs = Date.UTC(2026, 10, 21);

test('an id carries its bucket, and stays a whole number until 2094', () => {
  const next = createRowIds(64, () => 0.999);
  expect(next(63, -1, nowMs) % 64).toBe(63);
  expect(Number.isSafeInteger(next(7, -1, Date.UTC(2094, 0, 1)))).toBe(true);
});

test('ids of a bucket grow, also within a millisecond and when the clock goes back', () => {
  const next = createRowIds(4, () => 0.5);
  const ids = [next(1, -1, nowMs), next(1, -1, nowMs), next(1, -1, nowMs - 60_000), next(1, -1, 0)];
  expect(ids.toSorted((one, other) => one - other)).toEqual(ids);
  expect(new Set(ids).size).toBe(4);
});

test('an id is above the last one of its key, which an instance with a fast clock may have given', () => {
  const above = createRowIds(4, () => 0)(2, -1, nowMs + 3_600_000);
  const next = createRowIds(4, () => 0);
  expect(next(2, above, nowMs)).toBe(above + 4);
});
