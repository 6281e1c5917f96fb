import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { createSessionWatch } from './session-watch.ts';

const openWatch = () => {
  const clock = virtualClock();
  const expiries: number[] = [];
  const watch = createSessionWatch({
    clock,
    sessionTimeoutMs: 1000,
    onExpired: () => expiries.push(clock.monotonic()),
  });
  return { clock, expiries, watch };
};

test('there is no session before the first beat', async () => {
  const { clock, expiries, watch } = openWatch();
  await clock.advance(5000);
  expect(watch.isAlive()).toBe(false);
  expect(expiries).toEqual([]);
});

test('a session lives as long as beats come, and ends once', async () => {
  const { clock, expiries, watch } = openWatch();
  watch.beat(0);
  for (let beats = 0; beats < 10; beats += 1) {
    await clock.advance(900);
    expect(watch.isAlive()).toBe(true);
    watch.beat(0);
  }
  await clock.advance(10_000);
  expect(expiries).toEqual([10_000]);
  expect(watch.isAlive()).toBe(false);
});

test('what counts is when the coordinator was asked: an answer that lay about in a process that stood still keeps nothing alive', async () => {
  const { clock, expiries, watch } = openWatch();
  watch.beat(0);
  await clock.advance(500);
  watch.beat(400);
  await clock.advance(599);
  expect(watch.isAlive()).toBe(true);
  await clock.advance(1);
  expect(expiries).toEqual([1100]);
  watch.beat(1500);
  expect(watch.isAlive()).toBe(false);
});

test('whoever asks before the timer of a process that stood still is told the truth', () => {
  let nowMs = 0;
  let expiries = 0;
  const watch = createSessionWatch({
    // A clock whose timers never come.
    clock: { now: () => nowMs, monotonic: () => nowMs, after: () => ({ cancel: () => undefined }) },
    sessionTimeoutMs: 1000,
    onExpired: () => (expiries += 1),
  });
  watch.beat(0);
  nowMs = 14_000;
  expect(watch.isAlive()).toBe(false);
  expect(watch.isAlive()).toBe(false);
  expect(expiries).toBe(1);
  watch.beat(0);
  expect(watch.isAlive()).toBe(true);
});

test('a group that waits for its members is waited for, but one that is over does not come back by that', async () => {
  const { clock, expiries, watch } = openWatch();
  watch.beat(0);
  watch.allow(5000);
  await clock.advance(4999);
  expect(watch.isAlive()).toBe(true);
  await clock.advance(1);
  expect(expiries).toEqual([5000]);
  watch.allow(5000);
  expect(watch.isAlive()).toBe(false);
});

test('a watch that has stopped reports nothing, and begins again with a beat', async () => {
  const { clock, expiries, watch } = openWatch();
  watch.beat(0);
  watch.stop();
  await clock.advance(5000);
  expect(expiries).toEqual([]);
  watch.beat(0);
  await clock.advance(1000);
  expect(expiries).toEqual([6000]);
});
