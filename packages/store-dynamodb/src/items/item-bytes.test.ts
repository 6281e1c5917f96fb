import { expect, test } from 'vitest';
import { itemBytes } from './item-bytes.ts';

test.each([
  [{ pk: { S: 'é' } }, 4],
  [{ b: { B: new Uint8Array(10) } }, 11],
  [{ n: { N: '12345' } }, 6],
  [{ t: { BOOL: true } }, 2],
  [{ u: { NULL: true } }, 2],
  [{ l: { L: [{ S: 'a' }, { S: 'b' }] } }, 8],
  [{ m: { M: { a: { S: 'b' } } } }, 7],
  [{ s: { SS: ['ab', 'c'] } }, 4],
])('%j counts %d bytes', (item, bytes) => {
  expect(itemBytes(item)).toBe(bytes);
});
