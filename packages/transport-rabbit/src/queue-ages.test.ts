import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { createQueueAges } from './queue-ages.ts';
import type { QueueView } from './queue-ages.ts';

const view = (changes: Partial<QueueView>): QueueView => ({
  queue: 'q',
  ready: 0,
  holdings: [],
  isWhole: true,
  ...changes,
});

const holding = (
  arrivals: number,
  oldest?: { readonly enqueuedAtMs: number | undefined; readonly arrivedAtMs: number },
) => ({
  queue: 'q',
  isActive: true,
  count: oldest === undefined ? 0 : 1,
  arrivals,
  oldest,
});

test('an empty queue is of no age, and one that others may hold messages of is of none that is known', () => {
  const ages = createQueueAges(virtualClock());
  expect(ages.ageMs(view({}))).toBe(0);
  expect(ages.ageMs(view({ isWhole: false }))).toBeUndefined();
  expect(ages.ageMs(view({ isWhole: false, ready: 7 }))).toBeUndefined();
});

test('what is held is as old as its publisher says, or as its stay here where that says nothing', async () => {
  const clock = virtualClock();
  const ages = createQueueAges(clock);
  const own = { enqueuedAtMs: clock.now() - 700, arrivedAtMs: clock.monotonic() };
  const foreign = { enqueuedAtMs: undefined, arrivedAtMs: clock.monotonic() };
  const early = { enqueuedAtMs: clock.now() + 5000, arrivedAtMs: clock.monotonic() };
  await clock.advance(300);
  expect(ages.ageMs(view({ holdings: [holding(1, own)] }))).toBe(1000);
  expect(ages.ageMs(view({ holdings: [holding(1, foreign)] }))).toBe(300);
  expect(ages.ageMs(view({ holdings: [holding(1, foreign), holding(1, own)] }))).toBe(1000);
  expect(ages.ageMs(view({ holdings: [holding(1, early)] }))).toBe(0);
});

test('ready messages that nobody works on age from when they were first seen', async () => {
  const clock = virtualClock();
  const ages = createQueueAges(clock);
  expect(ages.ageMs(view({ ready: 2 }))).toBeUndefined();
  await clock.advance(400);
  expect(ages.ageMs(view({ ready: 2 }))).toBe(400);
  expect(ages.ageMs(view({ ready: 0 }))).toBe(0);
  expect(ages.ageMs(view({ ready: 1 }))).toBeUndefined();
});

test('a busy queue that is looked at between two deliveries is not taken for an idle one', async () => {
  const clock = virtualClock();
  const ages = createQueueAges(clock);
  expect(ages.ageMs(view({ ready: 9, holdings: [holding(10)] }))).toBeUndefined();
  await clock.advance(60_000);
  expect(ages.ageMs(view({ ready: 9, holdings: [holding(11)] }))).toBeUndefined();
  await clock.advance(50);
  expect(ages.ageMs(view({ ready: 9, holdings: [holding(11)] }))).toBe(50);
});

test('a queue that grows shorter has somebody who works on it', async () => {
  const clock = virtualClock();
  const ages = createQueueAges(clock);
  ages.ageMs(view({ ready: 9, holdings: [holding(0)] }));
  await clock.advance(1000);
  expect(ages.ageMs(view({ ready: 12, holdings: [holding(0)] }))).toBe(1000);
  expect(ages.ageMs(view({ ready: 8, holdings: [holding(0)] }))).toBeUndefined();
});
