import { expect, test } from 'vitest';
import { createUuidSource } from './create-uuid-source.ts';
import { systemNewId } from './system-chance.ts';

test('every id is a UUID of version 4, and none comes twice', () => {
  const ids = Array.from({ length: 10_000 }, systemNewId);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(ids).size).toBe(ids.length);
});

test('every bit but those of version and variant is of chance', () => {
  const idOf = (byte: number): string => createUuidSource((bytes) => bytes.fill(byte))();
  expect(idOf(0x00)).toBe('00000000-0000-4000-8000-000000000000');
  expect(idOf(0xff)).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff');
  let next = 0;
  const counted = createUuidSource((bytes) => {
    for (let index = 0; index < bytes.length; index += 1, next += 1) bytes[index] = next % 256;
  });
  expect(counted()).toBe('00010203-0405-4607-8809-0a0b0c0d0e0f');
  expect(counted()).toBe('10111213-1415-4617-9819-1a1b1c1d1e1f');
});
