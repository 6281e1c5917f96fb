import { expect, test } from 'vitest';
import { createPartitionBuffer } from './partition-buffer.ts';

interface Item {
  readonly tag: number;
  readonly key: string | undefined;
}

const bufferOf = (...items: readonly Item[]) => {
  const buffer = createPartitionBuffer<Item>();
  for (const item of items) buffer.add(item, 0);
  return buffer;
};

test('a released item comes before its successors of the key, and only they wait for it', () => {
  const buffer = bufferOf({ tag: 1, key: 'a' }, { tag: 2, key: 'a' }, { tag: 3, key: 'b' });
  const [first] = buffer.take(1, 0);
  expect(first).toEqual({ tag: 1, key: 'a' });
  buffer.add({ tag: 1, key: 'a' }, 100);
  expect(buffer.take(10, 50)).toEqual([{ tag: 3, key: 'b' }]);
  expect(buffer.nextDueMs(50)).toBe(100);
  expect(buffer.take(10, 100)).toEqual([
    { tag: 1, key: 'a' },
    { tag: 2, key: 'a' },
  ]);
});

test('items without a key wait for nobody', () => {
  const buffer = bufferOf({ tag: 2, key: undefined });
  buffer.add({ tag: 1, key: undefined }, 100);
  expect(buffer.take(10, 0)).toEqual([{ tag: 2, key: undefined }]);
});

test('nothing is due when nothing waits', () => {
  const buffer = bufferOf({ tag: 1, key: 'a' });
  expect(buffer.nextDueMs(5)).toBe(Infinity);
  expect(buffer.take(0, 5)).toEqual([]);
  expect(buffer.size()).toBe(1);
});
