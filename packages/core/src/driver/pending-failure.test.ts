import { expect, test } from 'vitest';
import { createPendingFailure } from './pending-failure.ts';

test('the first failure is told once, and the next one after that', () => {
  const failure = createPendingFailure();
  failure.raise();
  failure.note(new Error('first'));
  failure.note(new Error('second'));
  expect(() => failure.raise()).toThrow('first');
  failure.raise();
  failure.note(new Error('third'));
  expect(() => failure.raise()).toThrow('third');
});
