import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { createPulse } from './pulse.ts';

test('what was read by now is told by the beat before the last one', async () => {
  const clock = virtualClock();
  await clock.advance(1000);
  const pulse = createPulse(clock, 100);
  pulse.start();
  pulse.start();
  expect(pulse.readUntilMs()).toBe(1000);
  await clock.advance(350);
  expect(pulse.readUntilMs()).toBe(1200);
  pulse.stop();
  expect(clock.pendingTimers).toBe(0);
  await clock.advance(5000);
  pulse.start();
  expect(pulse.readUntilMs()).toBe(6350);
});

test('after a standstill nothing is certain that came during it', () => {
  let nowMs = 0;
  let task = (): void => undefined;
  const clock = {
    now: () => nowMs,
    monotonic: () => nowMs,
    after: (_delayMs: number, next: () => void) => {
      task = next;
      return { cancel: () => undefined };
    },
  };
  const pulse = createPulse(clock, 100);
  pulse.start();
  nowMs = 100;
  task();
  nowMs = 8000;
  task();
  expect(pulse.readUntilMs()).toBe(100);
});
