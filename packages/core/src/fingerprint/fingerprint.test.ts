import { expect, test } from 'vitest';
import { fingerprint } from './fingerprint.ts';

test('the order of keys does not matter, at any depth', () => {
  expect(fingerprint({ a: 1, b: { c: [1, { d: 2, e: 3 }] } })).toBe(
    fingerprint({ b: { c: [1, { e: 3, d: 2 }] }, a: 1 }),
  );
});

test('values, the order of elements and the difference between absent and null matter', () => {
  const values = [{ a: 1 }, { a: 2 }, { a: '1' }, { a: null }, {}, [1, 2], [2, 1], null, '', 'null'];
  expect(new Set(values.map(fingerprint)).size).toBe(values.length);
});

test('the algorithm is named in front of the digest', () => {
  expect(fingerprint(null)).toBe('sha256-sorted-1:74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b');
});

test('an own key named __proto__ is data like any other', () => {
  const hostile: unknown = JSON.parse('{"__proto__":{"x":1}}');
  expect(fingerprint(hostile)).not.toBe(fingerprint({}));
  expect(({} as { x?: number }).x).toBeUndefined();
});
