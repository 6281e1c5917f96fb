import { expect, test } from 'vitest';
import { boundaries } from './boundary.ts';
import { faults } from './fault.ts';
import { strikeOf } from './strike.ts';

test('between two steps a process strikes itself, and a cut loses the request or its reply', () => {
  const strikes = faults.map((fault) => strikeOf({ boundary: 'P2', fault }));
  expect(strikes).toEqual([
    { by: 'process', signal: 'SIGKILL' },
    { by: 'process', signal: 'SIGSTOP' },
    { by: 'wire', request: 'statement', phase: 'request-lost', signal: undefined },
    { by: 'wire', request: 'statement', phase: 'reply-lost', signal: undefined },
  ]);
});

test('inside a call the process is struck while the reply is held, and a cut comes before or behind the reply', () => {
  const strikes = faults.map((fault) => strikeOf({ boundary: 'P4', fault }));
  expect(strikes).toEqual([
    { by: 'wire', request: 'commit', phase: 'reply-held', signal: 'SIGKILL' },
    { by: 'wire', request: 'commit', phase: 'reply-held', signal: 'SIGSTOP' },
    { by: 'wire', request: 'commit', phase: 'reply-lost', signal: undefined },
    { by: 'wire', request: 'commit', phase: 'replied', signal: undefined },
  ]);
});

test('there are 24 boundaries', () => {
  expect(new Set(boundaries).size).toBe(24);
});
