import { expect, test } from 'vitest';
import { atMost } from './at-most.ts';
import { pause } from './pause.ts';

/** A clock whose time passes when it is told to. */
const openStage = () => {
  const timers = new Set<() => void>();
  const clock = {
    after: (_delayMs: number, task: () => void) => {
      timers.add(task);
      return { cancel: () => void timers.delete(task) };
    },
  };
  return { clock, timers, pass: () => timers.forEach((task) => task()) };
};

test('work that ends in time is answered, and leaves no timer behind', async () => {
  const { clock, timers } = openStage();
  expect(await atMost(100, Promise.resolve('done'), clock)).toBe('done');
  expect(timers.size).toBe(0);
});

test('work that takes longer is waited for no longer, and work that fails fails', async () => {
  const { clock, timers, pass } = openStage();
  const limited = atMost(100, new Promise(() => undefined), clock);
  pass();
  expect(await limited).toBeUndefined();
  await expect(atMost(100, Promise.reject(new Error('no')), clock)).rejects.toThrow('no');
  expect(timers.size).toBe(0);
});

test('a pause ends at once when its signal aborts, and does not begin after that', async () => {
  const { clock, timers } = openStage();
  const controller = new AbortController();
  const pausing = pause(clock, 1000, controller.signal);
  expect(timers.size).toBe(1);
  controller.abort();
  await pausing;
  await pause(clock, 1000, controller.signal);
  expect(timers.size).toBe(0);
});
