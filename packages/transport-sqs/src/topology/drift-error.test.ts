import { expect, test } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { driftErrorOf } from './drift-error.ts';

const difference = (path: string) => ({ path, wanted: '1', present: '2', remedy: `change ${path}`, repair: undefined });

test('one error has every difference with its place, both values and what to do', () => {
  const error = driftErrorOf([difference('queues.a.DelaySeconds'), difference('topics.b.FifoTopic')]);
  expect(error.message).toBe(
    [
      '2 things are not as the options ask for.',
      '- queues.a.DelaySeconds: wanted 1, present 2; change queues.a.DelaySeconds.',
      '- topics.b.FifoTopic: wanted 1, present 2; change topics.b.FifoTopic.',
    ].join('\n'),
  );
  expect(errorCodeOf(error)).toBe('topology-conflict');
});
