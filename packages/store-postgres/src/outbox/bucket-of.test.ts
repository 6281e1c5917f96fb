import { expect, test } from 'vitest';
import { bucketOf } from './bucket-of.ts';

test('buckets stay what they are: rows that were written long ago lie in them', () => {
  const keys = ['a', 'b', 'order-1', 'order-2', 'Käse', 'Ka\u0308se', '\ud83d\ude00', '\ud800', '\u0000', ''];
  expect(keys.map((key) => bucketOf('order-paid', key, 64))).toEqual([33, 40, 20, 13, 5, 58, 63, 46, 46, 26]);
});

test('the end of the channel is part of what is spread', () => {
  expect(bucketOf('ab', 'c', 64)).not.toBe(bucketOf('a', 'bc', 64));
});

test('keys are spread over all buckets', () => {
  const used = new Set(Array.from({ length: 2000 }, (_, at) => bucketOf('orders', `order-${at}`, 64)));
  expect(used.size).toBe(64);
});
