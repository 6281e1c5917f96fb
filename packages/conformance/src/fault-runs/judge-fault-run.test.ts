import { expect, test } from 'vitest';
import { problemsOf } from './judge-fault-run.ts';
import type { JudgedRun } from './judge-fault-run.ts';

const right: JudgedRun = {
  scenario: 'zombie',
  faults: 4,
  wrongs: { lost: 0, duplicates: 0, reorders: 0, overlaps: 0, contradicted: 0 },
  witnesses: [],
  problem: undefined,
};

test('a run whose fault has struck and whose effects are right has no problems', () => {
  expect(problemsOf(right)).toEqual([]);
});

test('a run whose fault never struck proves nothing, and is a problem', () => {
  expect(problemsOf({ ...right, faults: 0 })).toEqual([
    'zombie: proved nothing: the fault never struck while anything was held',
  ]);
});

test('a run that did not come to its end says why', () => {
  expect(problemsOf({ ...right, problem: 'stuck' })).toEqual(['zombie: stuck']);
});

test('whatever is wrong with the effects is a problem of its own', () => {
  const wrongs = { lost: 1, duplicates: 2, reorders: 3, overlaps: 4, contradicted: 5 };
  expect(problemsOf({ ...right, wrongs, witnesses: ['key 7: 2 by 0-0, 1 by 1-0'] })).toEqual([
    'zombie: 1 confirmed commands have no effect',
    'zombie: 2 effects beyond the first',
    'zombie: 3 effects out of order',
    'zombie: 4 effects began before the one before them was committed',
    'zombie: 5 effects of commands that were rejected',
    'zombie: key 7: 2 by 0-0, 1 by 1-0',
  ]);
});
