import { expect, test } from 'vitest';
import { cases } from '../cases/cases.ts';
import { mutants } from './mutants.ts';

test('there are mutants enough to believe the suite, and no two of them are the same', () => {
  expect(mutants.length).toBeGreaterThanOrEqual(30);
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
});

test.each(mutants)('$killedBy has a case in the mode in which it is to find that $name', ({ killedBy, mode }) => {
  const due = cases.filter(({ id, kind, modes }) => {
    return id === killedBy && kind === 'positive' && modes.includes(mode ?? 'standard');
  });
  expect(due).not.toEqual([]);
});
