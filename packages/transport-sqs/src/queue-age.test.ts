import { expect, test } from 'vitest';
import { ageMsOf } from './queue-age.ts';

const sight = (oldestHeldAtMs?: number, clearedAtMs?: number) => ({ queue: 'orders', oldestHeldAtMs, clearedAtMs });

test('an empty queue has no oldest message', () => {
  expect(ageMsOf({ ready: 0, inFlight: 0 }, [], 1000)).toBe(0);
});

test('what a receiver holds is as old as SQS says of it', () => {
  expect(ageMsOf({ ready: 0, inFlight: 2 }, [sight(400, 900), sight(600, 950)], 1000)).toBe(600);
});

test('what waits is no older than the last look at the queue', () => {
  expect(ageMsOf({ ready: 3, inFlight: 0 }, [sight(undefined, 700)], 1000)).toBe(300);
  expect(ageMsOf({ ready: 3, inFlight: 1 }, [sight(800, 700)], 1000)).toBe(300);
});

test('without a receiver that has looked nothing is known', () => {
  expect(ageMsOf({ ready: 3, inFlight: 0 }, [], 1000)).toBeUndefined();
  expect(ageMsOf({ ready: 3, inFlight: 0 }, [sight()], 1000)).toBeUndefined();
  expect(ageMsOf({ ready: 0, inFlight: 3 }, [sight(undefined, 700)], 1000)).toBeUndefined();
});
