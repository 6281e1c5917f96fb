import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { createCarefulFetch } from './careful-fetch.ts';
import type { FetchPart } from './careful-fetch.ts';

/** Batches of ten offsets and a hundred bytes, in each partition; those that begin at an offset of `broken` cannot be decoded. */
const openStage = (broken: ReadonlyMap<number, number>, batches = 4) => {
  const clock = virtualClock();
  const told: (readonly [partition: number, offset: number, atMs: number])[] = [];
  const asked: FetchPart[] = [];
  const read = new Map<number, number>();
  const failures: Error[] = [];
  const fetch = createCarefulFetch<readonly [partition: number, next: number]>({
    clock,
    partitionBytesMax: 1000,
    waitMs: () => 500,
    signal: new AbortController().signal,
    onUndecodable: (partition, offset) => told.push([partition, offset, clock.monotonic()]),
  });
  const ask = async (part: FetchPart): Promise<readonly (readonly [number, number])[]> => {
    asked.push(part);
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    const count = Math.max(1, Math.floor(part.partitionBytesMax / 100));
    return [...part.offsets].flatMap(([partition, offset]) => {
      const next = Math.min(batches * 10, offset + count * 10);
      const at = broken.get(partition);
      if (at !== undefined && offset <= at && at < next) throw new RangeError('Not a batch.');
      return next > offset ? [[partition, next] as const] : [];
    });
  };
  const fetchOnce = async (partitions: readonly number[]): Promise<void> => {
    const offsets = new Map(partitions.map((partition) => [partition, read.get(partition) ?? 0]));
    for (const [partition, next] of await clock.runUntil(fetch(offsets, ask))) read.set(partition, next);
  };
  return { clock, told, asked, read, failures, fetchOnce };
};

test('the partitions beside the one that cannot be decoded are read, and that one up to what cannot be', async () => {
  const { told, read, fetchOnce } = openStage(new Map([[1, 20]]));
  for (let round = 0; round < 4; round += 1) await fetchOnce([0, 1, 2]);
  expect(Object.fromEntries(read)).toEqual({ 0: 40, 1: 20, 2: 40 });
  expect(told).toEqual([[1, 20, 0]]);
});

test('what cannot be decoded is tried again after a pause that grows, and the others are not asked for alone meanwhile', async () => {
  const { clock, told, asked, fetchOnce } = openStage(new Map([[1, 0]]));
  await fetchOnce([0, 1]);
  asked.length = 0;
  for (let second = 0; second < 200; second += 1) {
    await fetchOnce([0, 1]);
    await clock.advance(1000);
  }
  expect(told.map(([, , atMs]) => Math.round(atMs / 1000))).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
  const others = asked.filter(({ offsets }) => offsets.has(0));
  expect(others).toHaveLength(200);
  expect(others.some(({ offsets }) => offsets.has(1))).toBe(false);
});

test('a member with nothing else to read waits as long as a fetch would', async () => {
  const { clock, asked, fetchOnce } = openStage(new Map([[0, 0]]));
  await fetchOnce([0]);
  asked.length = 0;
  await fetchOnce([0]);
  expect([clock.monotonic(), asked]).toEqual([500, []]);
});

test('once it can be decoded the partition goes on, and is asked for more and more until it is read with the others', async () => {
  const broken = new Map([[0, 0]]);
  const { clock, asked, read, fetchOnce } = openStage(broken, 100);
  await fetchOnce([0, 1]);
  broken.clear();
  await clock.advance(1000);
  asked.length = 0;
  while ((read.get(0) ?? 0) < 1000) await fetchOnce([0, 1]);
  const bytes = asked.filter(({ offsets }) => offsets.has(0)).map(({ partitionBytesMax }) => partitionBytesMax);
  expect(bytes.slice(0, 11)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000]);
  expect(asked.at(-1)?.offsets.has(1)).toBe(true);
});

test('an error of the broker or of the connection is not one of a partition', async () => {
  const { told, failures, fetchOnce } = openStage(new Map());
  const refused = Object.assign(new Error('The server experienced an unexpected error'), { type: 'UNKNOWN' });
  const broken = Object.assign(new Error('read'), { code: 'ECONNRESET' });
  for (const failure of [refused, broken]) {
    failures.push(failure);
    await expect(fetchOnce([0, 1])).rejects.toBe(failure);
  }
  expect(told).toEqual([]);
});
