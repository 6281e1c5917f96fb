import type { Delivery } from '@waybill/core/driver';
import { expect, test } from 'vitest';
import { readRecord } from '../message/read-record.ts';
import { heldBy } from './held-record.ts';
import type { HeldRecord } from './held-record.ts';
import { PartitionQueue } from './partition-queue.ts';
import { recordAt } from './testing/record-at.ts';

const openQueue = (limits: { windowMax?: number; bufferBytesMax?: number } = {}) =>
  new PartitionQueue({
    partition: 3,
    read: (record) => readRecord(record, { topic: 't', partition: 3 }),
    windowMax: 1000,
    bufferBytesMax: 1_000_000,
    ...limits,
  });

const held = (delivery: Delivery | undefined): HeldRecord => {
  const record = delivery === undefined ? undefined : heldBy(delivery.receipt);
  if (record === undefined) throw new Error('Nothing is held by this receipt.');
  return record;
};

const finish = (delivery: Delivery | undefined): void => {
  const record = held(delivery);
  record.owner.finish(record);
};

const release = (delivery: Delivery | undefined, readyAtMs: number): void => {
  const record = held(delivery);
  record.owner.release(record, readyAtMs);
};

const bodies = (deliveries: readonly Delivery[]): readonly string[] =>
  deliveries.map(({ message }) => Buffer.from(message.body).toString());

test('nothing is committed past an unfinished record, however much behind it is finished', () => {
  const queue = openQueue();
  queue.arrive([recordAt(10, 'a'), recordAt(11, 'b'), recordAt(17, 'c')]);
  const [first, second, third] = queue.take(10, 0);
  expect(queue.uncommitted).toBeUndefined();
  finish(second);
  finish(third);
  expect(queue.uncommitted).toBeUndefined();
  finish(first);
  expect(queue.uncommitted).toBe(18);
  queue.noteCommitted(18);
  expect(queue.uncommitted).toBeUndefined();
  expect(queue.isDrained).toBe(true);
});

test('a commit that is answered late does not take back a later one', () => {
  const queue = openQueue();
  queue.arrive([recordAt(0), recordAt(1)]);
  for (const delivery of queue.take(2, 0)) finish(delivery);
  queue.noteCommitted(2);
  queue.noteCommitted(1);
  expect(queue.uncommitted).toBeUndefined();
});

test('a released record waits, with the later ones of its key behind it and nobody else', () => {
  const queue = openQueue();
  queue.arrive([recordAt(0, 'a'), recordAt(1, 'a'), recordAt(2, 'b'), recordAt(3, 'a'), recordAt(4)]);
  const [first] = queue.take(1, 0);
  release(first, 100);
  expect(bodies(queue.take(10, 99))).toEqual(['m2', 'm4']);
  expect(queue.nextDueMs).toBe(100);
  const again = queue.take(2, 100);
  expect(bodies(again)).toEqual(['m0', 'm1']);
  expect(again.map(({ attempt }) => attempt)).toEqual([2, 1]);
  expect(bodies(queue.take(2, 100))).toEqual(['m3']);
});

test('a receipt is good once: not after the settlement, the release, or the loss', () => {
  const queue = openQueue();
  queue.arrive([recordAt(0), recordAt(1), recordAt(2), recordAt(3)]);
  const [first, second, third] = queue.take(3, 0);
  finish(first);
  release(second, 0);
  expect(queue.drop()).toEqual([third?.receipt]);
  for (const delivery of [first, second, third]) expect(heldBy(delivery?.receipt ?? {})).toBeUndefined();
});

test('what is taken back is lost by its receipt, and comes again in its order', () => {
  const queue = openQueue();
  queue.arrive([recordAt(0, 'a'), recordAt(1, 'a'), recordAt(2, 'b'), recordAt(3, 'a')]);
  const taken = queue.take(3, 0);
  finish(taken[2]);
  expect(queue.takeBack(5)).toEqual([taken[0]?.receipt, taken[1]?.receipt]);
  expect(queue.takeBack(5)).toEqual([]);
  expect(bodies(queue.take(10, 5))).toEqual(['m0', 'm1', 'm3']);
});

test('one unfinished record stops the reading at the window, and its end starts it again', () => {
  const queue = openQueue({ windowMax: 4 });
  queue.arrive([recordAt(0, 'stuck'), recordAt(1), recordAt(2)]);
  const [stuck, ...others] = queue.take(10, 0);
  others.forEach(finish);
  expect(queue.isFull).toBe(false);
  queue.arrive([recordAt(3)]);
  queue.take(10, 0).forEach(finish);
  expect(queue.isFull).toBe(true);
  expect(queue.hasRoom).toBe(false);
  finish(stuck);
  expect(queue.hasRoom).toBe(true);
});

test('what waits to be handed out is bounded by its bytes, also behind a stuck key', () => {
  const queue = openQueue({ bufferBytesMax: 3000 });
  const body = 'x'.repeat(700);
  queue.arrive([recordAt(0, 'stuck', body), recordAt(1, 'stuck', body)]);
  expect(queue.isFull).toBe(false);
  queue.arrive([recordAt(2, 'stuck', body), recordAt(3, 'stuck', body)]);
  expect(queue.isFull).toBe(true);
  const [stuck] = queue.take(1, 0);
  release(stuck, 100);
  expect(queue.take(10, 0)).toEqual([]);
  expect(queue.isFull).toBe(true);
  expect(queue.take(10, 100)).toHaveLength(4);
  expect(queue.hasRoom).toBe(true);
});

test('a record that falls behind lets go of the answer that it came in, unseen by whoever has it', () => {
  const queue = openQueue({ bufferBytesMax: 3000 });
  const body = 'x'.repeat(700);
  queue.arrive([recordAt(0, 'stuck', body)]);
  const [stuck] = queue.take(1, 0);
  const attachedBytes = stuck?.message.body.buffer.byteLength;
  for (let offset = 1; offset < 6; offset += 1) {
    queue.arrive([recordAt(offset, 'other', body)]);
    queue.take(1, 0).forEach(finish);
  }
  expect(attachedBytes).toBeGreaterThan(700);
  expect(stuck?.message.body.buffer.byteLength).toBe(700);
  expect(bodies([stuck].flatMap((one) => one ?? []))).toEqual([body]);
  finish(stuck);
  expect(queue.uncommitted).toBe(6);
});

test('it tells what it holds', () => {
  const queue = openQueue();
  expect(queue.holding).toEqual({
    partition: 3,
    position: undefined,
    waiting: 0,
    inFlight: 0,
    oldestAtMs: undefined,
  });
  queue.arrive([recordAt(7, 'a'), recordAt(8, 'a'), recordAt(9, 'b')]);
  expect(queue.holding).toMatchObject({ position: 10, waiting: 3, inFlight: 0, oldestAtMs: 1007 });
  const [first] = queue.take(2, 0);
  finish(first);
  expect(queue.holding).toMatchObject({ waiting: 1, inFlight: 1, oldestAtMs: 1008 });
});
