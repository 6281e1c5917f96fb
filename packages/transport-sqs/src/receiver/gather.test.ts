import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { createGather } from './gather.ts';

function stage(expected: number, callsMax = 100) {
  const clock = virtualClock();
  const sent: (readonly number[])[] = [];
  const gather = createGather<number, number>({
    clock,
    batchMax: 10,
    callsMax,
    waitMs: 5,
    expected: () => expected,
    send: async (items) => {
      sent.push(items);
      if (items.includes(13)) throw new Error('no');
      return items.map((item) => item * 2);
    },
  });
  return { clock, sent, gather };
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, place) => place);

test('a full batch goes at once, and the rest after a moment', async () => {
  const { clock, sent, gather } = stage(100);
  const answers = Promise.all([gather(numbers(8)), gather(numbers(5))]);
  await clock.advance(4);
  expect(sent.map((items) => items.length)).toEqual([10]);
  await clock.advance(1);
  expect(sent.map((items) => items.length)).toEqual([10, 3]);
  expect(await answers).toEqual([
    [0, 2, 4, 6, 8, 10, 12, 14],
    [0, 2, 4, 6, 8],
  ]);
});

test('nobody waits when nothing more can come', async () => {
  const { clock, sent, gather } = stage(3);
  const answer = gather(numbers(3));
  await clock.advance(0);
  expect(sent).toHaveLength(1);
  expect(await answer).toEqual([0, 2, 4]);
});

test('items that come one by one do not wait after the first', async () => {
  const { clock, sent, gather } = stage(100);
  expect(await clock.runUntil(gather([1]))).toEqual([2]);
  expect(clock.monotonic()).toBe(5);
  expect(await clock.runUntil(gather([2]))).toEqual([4]);
  expect(clock.monotonic()).toBe(5);
  expect(sent).toEqual([[1], [2]]);
});

test('items that come while a call is under way wait for each other again', async () => {
  const { clock, sent, gather } = stage(100);
  await clock.runUntil(gather([1]));
  const first = gather([2]);
  await Promise.resolve();
  const others = [gather([3]), gather([4])];
  await clock.runUntil(Promise.all([first, ...others]));
  await clock.runUntil(Promise.all([gather([5]), gather([6])]));
  expect(sent).toEqual([[1], [2], [3, 4], [5, 6]]);
});

test('beyond the calls that may be under way batches fill up, and go as calls end', async () => {
  const clock = virtualClock();
  const sent: number[] = [];
  const ends: (() => void)[] = [];
  const gather = createGather<number, number>({
    clock,
    batchMax: 10,
    callsMax: 1,
    waitMs: 5,
    expected: () => 100,
    send: (items) => {
      sent.push(items.length);
      return new Promise((resolve) => ends.push(() => resolve(items)));
    },
  });
  const answers = Promise.all([gather(numbers(10)), gather(numbers(3))]);
  await clock.advance(50);
  const more = gather(numbers(12));
  await clock.advance(50);
  expect(sent).toEqual([10]);
  for (let call = 0; call < 3; call += 1) {
    ends[call]?.();
    await clock.advance(5);
  }
  expect(sent).toEqual([10, 10, 5]);
  expect((await Promise.all([answers, more])).flat(2)).toHaveLength(25);
  expect(clock.pendingTimers).toBe(0);
});

test('a failed call fails its own batch only', async () => {
  const { gather } = stage(0);
  const failed = gather([13]);
  await expect(failed).rejects.toThrow('no');
  expect(await gather([1])).toEqual([2]);
});
