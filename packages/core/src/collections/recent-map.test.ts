import { expect, test } from 'vitest';
import { RecentMap } from './recent-map.ts';

test('beyond its bound it forgets what was set longest ago', () => {
  const map = new RecentMap<string, number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.set('c', 4);
  expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([3, undefined, 4]);
});

test('what is deleted is gone, and what never was does no harm', () => {
  const map = new RecentMap<string, number>(2);
  map.delete('a');
  map.set('a', 1);
  map.delete('a');
  expect(map.get('a')).toBeUndefined();
});
