import { virtualClock } from '@waybill/core/testing';
import type { ObjectStore, StoredObject } from '@waybill/transport-memory';
import { expect, test } from 'vitest';
import { startObjectReader } from './object-reader.ts';

const object = (key: string, ...records: readonly number[]): StoredObject => ({
  key,
  writtenAtMs: 0,
  records: records.map((record) => Uint8Array.of(record)),
});

const bucketOf = (...objects: readonly StoredObject[]): ObjectStore => {
  const kept = new Map(objects.map((one) => [one.key, one]));
  return { list: () => [...kept.keys()], get: (key) => kept.get(key), remove: (key) => void kept.delete(key) };
};

const read = async (objects: ObjectStore, work: (record: number) => void) => {
  const clock = virtualClock();
  const seen: number[] = [];
  const reader = startObjectReader({
    objects,
    clock,
    pollMs: 1000,
    readingsMax: 3,
    work: async ([record = 0]) => {
      seen.push(record);
      work(record);
    },
  });
  await clock.advance(10_000);
  reader.stop();
  await clock.advance(0);
  return { seen, reader };
};

test('every record of every object is worked on once and the objects are taken away', async () => {
  const objects = bucketOf(object('a', 1, 2), object('b', 3));
  const { seen, reader } = await read(objects, () => undefined);
  expect(seen).toEqual([1, 2, 3]);
  expect(reader.recordsDone()).toBe(3);
  expect(objects.list()).toEqual([]);
});

test('a record that fails brings its whole object back, as often as it may be read', async () => {
  const { seen, reader } = await read(bucketOf(object('a', 1, 2)), (record) => {
    if (record === 2) throw new Error('no');
  });
  expect(seen).toEqual([1, 2, 1, 2, 1, 2]);
  expect(reader.recordsDone()).toBe(2);
});

test('a reader that was stopped reads nothing more', async () => {
  const clock = virtualClock();
  const seen: unknown[] = [];
  const reader = startObjectReader({
    objects: bucketOf(),
    clock,
    pollMs: 1000,
    readingsMax: 3,
    work: async (one) => seen.push(one),
  });
  reader.stop();
  await clock.advance(5000);
  expect(clock.pendingTimers).toBe(0);
});
