import { expect, test } from 'vitest';
import { filterPolicyOf, filterProblems } from './filter-policy.ts';
import type { FilterPolicy } from './filter-policy.ts';

const problems = (policy: FilterPolicy, headers: readonly string[] = ['country', 'kind']): readonly string[] =>
  filterProblems({ orders: { mail: policy } }, headers);

test('a filter by headers that travel on their own is taken', () => {
  expect(problems({ country: ['de', 'at'], kind: ['b2b'] })).toEqual([]);
});

test('a filter by a header that travels among others would drop everything, and is refused', () => {
  expect(problems({ region: ['eu'] })).toEqual([
    'filters.orders.mail.region is not among attributeHeaders, so SNS would drop every event of this group',
  ]);
});

test('a filter without a value would drop everything, and is refused', () => {
  expect(problems({ country: [] })).toEqual([
    'filters.orders.mail.country has no value, so SNS would drop every event of this group',
  ]);
});

test('a filter that says nothing is refused: whoever wants every event leaves it out', () => {
  expect(problems({})).toEqual(['filters.orders.mail names no header: leave it out']);
});

test('what is too much for SNS is refused before SNS does', () => {
  const headers = ['a', 'b', 'c', 'd', 'e', 'f'];
  const six = Object.fromEntries(headers.map((header) => [header, ['1']]));
  expect(problems(six, headers)).toEqual(['filters.orders.mail names more than 5 headers']);
  const many = Array.from({ length: 13 }, (_, value) => String(value));
  expect(problems({ country: many, kind: many })).toEqual([
    'filters.orders.mail has more than 150 combinations of values',
  ]);
});

test('a channel called as something that every object has is filtered by nothing', () => {
  expect(filterPolicyOf({}, { kind: 'event', channel: 'constructor', group: 'toString' })).toBeUndefined();
});
