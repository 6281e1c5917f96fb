import { expect, test } from 'vitest';
import { heedResponse } from './heed-response.ts';

const ids = ['m1', 'm2', 'm3'];
const heed = (response: unknown): readonly string[] => [...heedResponse(response, ids)];
const items = (...identifiers: readonly unknown[]) => ({
  batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })),
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['an empty object', {}],
  ['no list', { batchItemFailures: null }],
  ['an empty list', { batchItemFailures: [] }],
])('%s is success, and everything is deleted', (_, response) => {
  expect(heed(response)).toEqual(ids);
});

test('only what is not named is deleted', () => {
  expect(heed(items('m2'))).toEqual(['m1', 'm3']);
  expect(heed(items('m1', 'm2', 'm3'))).toEqual([]);
});

test.each([
  ['an empty identifier', items('')],
  ['no identifier', items(null)],
  ['a wrong name', { batchItemFailures: [{ itemId: 'm1' }] }],
  ['a strange message', items('m1', 'm9')],
  ['no list at all', { batchItemFailures: 'm1' }],
])('%s means that all failed', (_, response) => {
  expect(heed(response)).toEqual([]);
});
