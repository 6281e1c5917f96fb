import { expect, test } from 'vitest';
import type { SqsClock } from '../time/system-clock.ts';
import { patiently } from './patiently.ts';

/** Time that passes when somebody waits. */
const waitingClock = (): SqsClock => {
  let nowMs = 0;
  return {
    now: () => nowMs,
    monotonic: () => nowMs,
    after: (delayMs, task) => {
      nowMs += delayMs;
      queueMicrotask(task);
      return { cancel: () => undefined };
    },
  };
};

const patience = { limitMs: 1000, pauseMs: () => 300, isPassing: (error: unknown) => String(error).includes('busy') };

const failing = (...failures: readonly string[]) => {
  const left = [...failures];
  return () => {
    const failure = left.shift();
    return failure === undefined ? Promise.resolve('done') : Promise.reject(new Error(failure));
  };
};

test('what passes by itself is waited out', async () => {
  await expect(patiently(waitingClock(), patience, failing('busy', 'busy', 'busy'))).resolves.toBe('done');
});

test('what takes too long fails with the last failure', async () => {
  await expect(patiently(waitingClock(), patience, failing('busy', 'busy', 'busy', 'busy last'))).rejects.toThrow(
    'busy last',
  );
});

test('what does not pass is not waited for', async () => {
  await expect(patiently(waitingClock(), patience, failing('refused'))).rejects.toThrow('refused');
});
