import { expect, test } from 'vitest';
import { storeCases } from '../cases/store-cases.ts';
import { storePropertyIds } from '../properties/store-properties.ts';
import { storeMutants } from './store-mutants.ts';

test('there are mutants enough to believe the suite, and no two of them are the same', () => {
  expect(storeMutants.length).toBeGreaterThanOrEqual(15);
  expect(new Set(storeMutants.map(({ name }) => name)).size).toBe(storeMutants.length);
});

test.each(storeMutants)('$killedBy has a case that is to find that $name', ({ killedBy }) => {
  const due = storeCases.filter(({ id, kind, modes }) => {
    return id === killedBy && kind === 'positive' && modes.includes('standard');
  });
  expect(due).not.toEqual([]);
});

test.each(storePropertyIds)('%s has a case that can fail, and one for stores that lack it', (id) => {
  const kinds = storeCases.filter((each) => each.id === id).map(({ kind }) => kind);
  expect(new Set(kinds)).toEqual(new Set(['positive', 'negative']));
});
