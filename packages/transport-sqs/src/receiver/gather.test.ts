import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { createGather } from './gather.ts';

function stage(expected: number) {
  const clock = virtualClock();
  const sent: (readonly number[])[] = [];
  const gather = createGather<number, number>({
    clock,
    batchMax: 10,
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

test('a failed call fails its own batch only', async () => {
  const { gather } = stage(0);
  const failed = gather([13]);
  await expect(failed).rejects.toThrow('no');
  expect(await gather([1])).toEqual([2]);
});
