import { expect, test } from 'vitest';
import { reconnectDelayMs } from './reconnect-delay.ts';

const pace = { first: 100, max: 1000 };

test('the first attempt does not wait, later ones wait twice as long each, up to the most', () => {
  const waits = [0, 1, 2, 3, 4, 5, 50].map((failures) => reconnectDelayMs(failures, pace, () => 1));
  expect(waits).toEqual([0, 100, 200, 400, 800, 1000, 1000]);
});

test('chance takes away at most half, so that instances do not come back together', () => {
  expect(reconnectDelayMs(3, pace, () => 0)).toBe(200);
  expect(reconnectDelayMs(3, pace, () => 0.5)).toBe(300);
});
