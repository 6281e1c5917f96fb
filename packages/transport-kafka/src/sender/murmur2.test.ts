import { expect, test } from 'vitest';
import { murmur2 } from './murmur2.ts';
import { partitionOf } from './partition-of.ts';
import { murmur2Vectors } from './testing/murmur2-vectors.ts';

test.each(murmur2Vectors)("the key '%s' has the hash that Java gives it", (key, hash) => {
  expect(murmur2(Buffer.from(key, 'hex'))).toBe(hash);
});

test('a negative hash leads to a partition by its positive part, as in Java', () => {
  expect(murmur2(Buffer.from('a'))).toBe(-1_563_381_124);
  expect(partitionOf(Buffer.from('a'), 7)).toBe((-1_563_381_124 & 0x7f_ff_ff_ff) % 7);
});
