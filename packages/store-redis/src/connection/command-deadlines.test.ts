import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { commandDeadlines } from './command-deadlines.ts';

test('each falls due after its own time, once, unless it is dropped before', async () => {
  const clock = virtualClock();
  const due: string[] = [];
  const deadlines = commandDeadlines(clock, 100);
  deadlines.add(() => due.push(`first at ${clock.monotonic()}`));
  const dropped = deadlines.add(() => due.push('dropped'));
  await clock.advance(40);
  deadlines.add(() => due.push(`second at ${clock.monotonic()}`));
  deadlines.drop(dropped);
  await clock.advance(500);
  const started = clock.monotonic();
  deadlines.add(() => due.push(`third after ${clock.monotonic() - started}`));
  await clock.advance(500);
  expect(due.map((text) => text.replace(/\.0+$/u, ''))).toEqual(['first at 100', 'second at 140', 'third after 100']);
});

test('the timer of one that was dropped serves the next, whose time is not cut short by it', async () => {
  const clock = virtualClock();
  const due: number[] = [];
  const deadlines = commandDeadlines(clock, 100);
  deadlines.drop(deadlines.add(() => due.push(-1)));
  await clock.advance(90);
  deadlines.add(() => due.push(clock.monotonic()));
  await clock.advance(50);
  expect(due).toEqual([]);
  await clock.advance(50);
  expect(due).toEqual([190]);
});

test('a thousand commands arm one timer', () => {
  let armed = 0;
  let cancelled = 0;
  const clock = {
    monotonic: () => 0,
    after: () => {
      armed += 1;
      return { cancel: () => void (cancelled += 1) };
    },
  };
  const deadlines = commandDeadlines(clock, 100);
  const added = Array.from({ length: 1000 }, () => deadlines.add(() => undefined));
  deadlines.rest();
  expect([armed, cancelled]).toEqual([1, 0]);
  for (const deadline of added) deadlines.drop(deadline);
  deadlines.rest();
  expect([armed, cancelled]).toEqual([1, 1]);
});
