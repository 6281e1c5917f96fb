import { expect, test } from 'vitest';
import { propertyIds } from '../properties/properties.ts';
import { checkDeviations } from './deviation.ts';
import type { Deviation } from './deviation.ts';

// #region deviation
const known: Deviation = {
  id: 'ORD-4',
  reason: 'the broker loses its place',
  link: 'https://example.org/issues/1',
  expires: '2027-01-31',
};
// #endregion

test('a deviation with a reason, a link and a last day is accepted', () => {
  expect(() => checkDeviations([known, { ...known, id: 'ORD-5' }], propertyIds)).not.toThrow();
});

test.each([
  ['of a property that does not exist', { id: 'ORD-99' as Deviation['id'] }, 'is of no property'],
  ['without a reason', { reason: ' ' }, 'has no reason'],
  ['without a link', { link: '' }, 'has no https address'],
  ['with a link that is no address', { link: 'ticket 4' }, 'has no https address'],
  ['without an end', { expires: '' }, 'has no day'],
  ['that ends on a day that does not exist', { expires: '2027-06-31' }, 'has no day'],
])('a deviation %s is refused', (_, change, text) => {
  expect(() => checkDeviations([{ ...known, ...change }], propertyIds)).toThrow(text);
});

test('two deviations of one property are refused', () => {
  expect(() => checkDeviations([known, known], propertyIds)).toThrow('twice');
});
