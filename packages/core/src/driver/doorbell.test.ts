import { expect, test } from 'vitest';
import { createDoorbell } from './doorbell.ts';

/** One who waits at a bell, with the timers that are set for it. */
const openStage = () => {
  const timers = new Set<() => void>();
  const bell = createDoorbell({
    after: (_delayMs, task) => {
      timers.add(task);
      return { cancel: () => timers.delete(task) };
    },
  });
  const controller = new AbortController();
  let woken = 0;
  const wait = (): void => {
    void bell.wait(1000, controller.signal).then(() => (woken += 1));
  };
  const settled = async (): Promise<number> => {
    await Promise.resolve();
    return woken;
  };
  return { timers, bell, controller, wait, settled };
};

test('a ring wakes the one that waits, and leaves no timer behind', async () => {
  const { timers, bell, wait, settled } = openStage();
  wait();
  expect(await settled()).toBe(0);
  bell.ring();
  expect(await settled()).toBe(1);
  expect(timers.size).toBe(0);
});

test('a ring that nobody waits for is not kept: the wait ends with its time', async () => {
  const { timers, bell, wait, settled } = openStage();
  bell.ring();
  wait();
  expect(await settled()).toBe(0);
  for (const timer of timers) timer();
  expect(await settled()).toBe(1);
});

test('an abort wakes as well, also one that came before', async () => {
  const { timers, controller, wait, settled } = openStage();
  wait();
  controller.abort();
  expect(await settled()).toBe(1);
  wait();
  expect(await settled()).toBe(2);
  expect(timers.size).toBe(0);
});
