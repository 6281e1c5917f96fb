import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { settle } from './settle.ts';

const settleWith = (looks: readonly boolean[], timeoutMs = 60_000) => {
  const clock = virtualClock();
  let look = 0;
  const isIdle = async (): Promise<boolean> => looks[look++] ?? false;
  return clock.runUntil(settle({ clock, isIdle, timeoutMs })).then((reason) => ({ reason, looks: look }));
};

test('two idle looks one after the other mean that nothing moves any more', async () => {
  expect(await settleWith([false, true, false, true, true])).toEqual({ reason: undefined, looks: 5 });
});

test('work that never ends is given up on, with the reason', async () => {
  const { reason } = await settleWith([], 3000);
  expect(reason).toBe('work was still under way 3 s after the last buyer had gone');
});
