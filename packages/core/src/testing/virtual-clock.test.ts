import { expect, test } from 'vitest';
import { virtualClock } from './virtual-clock.ts';

test('time stands still until it is moved, and wall time and monotonic time move together', async () => {
  const clock = virtualClock({ startMs: 1000 });
  expect([clock.now(), clock.monotonic()]).toEqual([1000, 0]);
  await clock.advance(250);
  expect([clock.now(), clock.monotonic()]).toEqual([1250, 250]);
});

test('timers fire at their own time and in the order of it, equal times in the order in which they were set', async () => {
  const clock = virtualClock();
  const fired: string[] = [];
  const note = (name: string) => (): void => void fired.push(`${name}@${clock.monotonic()}`);
  clock.after(20, note('late'));
  clock.after(10, note('first'));
  clock.after(10, note('second'));
  clock.after(-5, note('at once'));
  await clock.advance(15);
  expect(fired).toEqual(['at once@0', 'first@10', 'second@10']);
  await clock.advance(5);
  expect(fired.at(-1)).toBe('late@20');
});

test('a timer set by a timer fires on the same way when it falls due on it', async () => {
  const clock = virtualClock();
  const fired: number[] = [];
  const again = (): void => {
    fired.push(clock.monotonic());
    if (fired.length < 4) clock.after(10, again);
  };
  clock.after(10, again);
  await clock.advance(30);
  expect(fired).toEqual([10, 20, 30]);
});

test('a cancelled timer does not fire and does not count as pending', async () => {
  const clock = virtualClock();
  let fired = 0;
  const timer = clock.after(10, () => void (fired += 1));
  clock.after(20, () => void (fired += 1));
  timer.cancel();
  timer.cancel();
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(100);
  expect([fired, clock.pendingTimers]).toEqual([1, 0]);
});

test('runUntil moves time no further than the promise needs, however many promises lie on the way', async () => {
  const clock = virtualClock();
  const chain = async (): Promise<string> => {
    for (let step = 0; step < 10; step += 1) {
      await clock.sleep(7);
      for (let deep = 0; deep < 100; deep += 1) await Promise.resolve();
    }
    return 'done';
  };
  clock.after(1000, () => undefined);
  await expect(clock.runUntil(chain())).resolves.toBe('done');
  expect(clock.monotonic()).toBe(70);
});

test('code that takes turns of the event loop keeps time from moving', async () => {
  const clock = virtualClock();
  const times: number[] = [];
  const work = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn += 1) await clock.turn();
    times.push(clock.monotonic());
  };
  clock.after(1, () => undefined);
  await Promise.all([clock.advance(10), work()]);
  expect(times).toEqual([0]);
});

test('runUntil rejects with what the promise rejects with', async () => {
  const clock = virtualClock();
  const failing = clock.sleep(5).then(() => Promise.reject(new Error('no')));
  await expect(clock.runUntil(failing)).rejects.toThrow('no');
});

test('runUntil says so when nothing is left that could settle the promise', async () => {
  const clock = virtualClock();
  await expect(clock.runUntil(new Promise(() => undefined))).rejects.toThrow('nothing is left');
});

test('runUntil gives up at its limit while timers go on for ever', async () => {
  const clock = virtualClock();
  const poll = (): void => void clock.after(1000, poll);
  poll();
  await expect(clock.runUntil(new Promise(() => undefined), 10_000)).rejects.toThrow('nothing is left');
  expect(clock.monotonic()).toBe(10_000);
});

test('runUntilIdle ends when no timer is left, and complains about one that comes again for ever', async () => {
  const clock = virtualClock();
  await clock.sleep(0, AbortSignal.abort());
  clock.after(10, () => void clock.after(3_600_000, () => undefined));
  await clock.runUntilIdle();
  expect(clock.monotonic()).toBe(3_600_010);
  const poll = (): void => void clock.after(1000, poll);
  poll();
  await expect(clock.runUntilIdle(60_000)).rejects.toThrow('1 timers are left');
});

test('a sleep ends early when its signal aborts, and leaves no timer and no listener behind', async () => {
  const clock = virtualClock();
  const controller = new AbortController();
  const sleeping = clock.sleep(1000, controller.signal);
  controller.abort();
  await clock.runUntil(sleeping);
  expect([clock.monotonic(), clock.pendingTimers]).toEqual([0, 0]);
});
