import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { createFetchTracker } from './fetch-tracker.ts';

const openStage = () => {
  const clock = virtualClock();
  return { clock, fetches: createFetchTracker(clock) };
};

test('what a fetch of before a join brings is not fresh, until that broker is asked again', () => {
  const { fetches } = openStage();
  fetches.started(1);
  fetches.started(2);
  expect(fetches.isFresh()).toBe(true);
  fetches.joined();
  expect(fetches.isFresh()).toBe(false);
  fetches.answered(1);
  fetches.started(1);
  expect(fetches.isFresh()).toBe(false);
  fetches.answered(2);
  expect(fetches.isFresh()).toBe(false);
  fetches.started(2);
  expect(fetches.isFresh()).toBe(true);
});

test('when every fetch has ended before the join, all is fresh', () => {
  const { fetches } = openStage();
  fetches.started(1);
  fetches.ended();
  fetches.joined();
  expect(fetches.isFresh()).toBe(true);
});

test('a broker that is gone does not hold up the others for ever', async () => {
  const { clock, fetches } = openStage();
  fetches.started(1);
  fetches.started(2);
  fetches.joined();
  fetches.answered(2);
  fetches.started(1);
  expect(fetches.isFresh()).toBe(false);
  await clock.advance(1001);
  expect(fetches.isFresh()).toBe(true);
});

test('positions have been used when every broker has answered a fetch of after the join', () => {
  const { fetches } = openStage();
  fetches.started(1);
  fetches.answered(1);
  fetches.joined();
  expect(fetches.isSettled()).toBe(false);
  fetches.started(1);
  fetches.started(2);
  fetches.answered(1);
  expect(fetches.isSettled()).toBe(false);
  fetches.answered(2);
  expect(fetches.isSettled()).toBe(true);
  fetches.started(1);
  expect(fetches.isSettled()).toBe(true);
  fetches.joined();
  expect(fetches.isSettled()).toBe(false);
});

test('a fetch whose broker is dead brings nothing: after a join the others are heard at once', () => {
  const { fetches } = openStage();
  fetches.started(1);
  fetches.connected(1);
  fetches.answered(1);
  fetches.started(2);
  fetches.refused(2);
  fetches.joined();
  fetches.started(1);
  expect(fetches.isFresh()).toBe(true);
  expect(fetches.isSettled()).toBe(false);
});

test('a broker that is refused to somebody else may still answer a fetch that is under way', () => {
  const { fetches } = openStage();
  fetches.started(1);
  fetches.connected(1);
  fetches.refused(1);
  fetches.joined();
  expect(fetches.isFresh()).toBe(false);
});
