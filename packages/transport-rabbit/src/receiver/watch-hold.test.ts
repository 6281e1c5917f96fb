import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import type { HeldMessage } from './held-message.ts';
import { watchHold } from './watch-hold.ts';

/** A session that holds messages from these times on, oldest first. */
const openStage = () => {
  const clock = virtualClock();
  const arrivals: number[] = [];
  const ends: string[] = [];
  // Only the time of the arrival is asked for.
  const oldest = () => (arrivals[0] === undefined ? undefined : ({ arrivedAtMs: arrivals[0] } as HeldMessage));
  const stop = watchHold({ oldest, end: (reason) => void ends.push(reason) }, { clock, holdMsMax: 1000 });
  return { clock, arrivals, ends, stop, arrive: () => arrivals.push(clock.monotonic()) };
};

test('a message that stays ends the session exactly when its time is over', async () => {
  const { clock, ends, arrive } = openStage();
  await clock.advance(700);
  arrive();
  await clock.advance(999);
  expect(ends).toEqual([]);
  await clock.advance(1);
  expect(ends).toEqual(['held-too-long']);
});

test('messages that go in time keep the session for ever, and so does an empty queue', async () => {
  const { clock, arrivals, ends, arrive } = openStage();
  for (let message = 0; message < 20; message += 1) {
    arrive();
    await clock.advance(900);
    arrivals.shift();
  }
  await clock.advance(60_000);
  expect(ends).toEqual([]);
});

test('a watch that has ended ends nothing', async () => {
  const { clock, ends, arrive, stop } = openStage();
  arrive();
  stop();
  await clock.advance(5000);
  expect(ends).toEqual([]);
});
