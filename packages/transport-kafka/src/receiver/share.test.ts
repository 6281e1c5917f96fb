import type { Receipt } from '@waybill/core/driver';
import { expect, test } from 'vitest';
import { readRecord } from '../message/read-record.ts';
import { heldBy } from './held-record.ts';
import { createShare } from './share.ts';
import { recordAt } from './testing/record-at.ts';

const openShare = () =>
  createShare({
    readerOf: (partition) => (record) => readRecord(record, { topic: 't', partition }),
    windowMax: 1000,
    bufferBytesMax: 1_000_000,
  });

type Share = ReturnType<typeof openShare>;

const takeAll = (share: Share): readonly Receipt[] =>
  share.queues().flatMap((queue) => queue.take(100, 0).map(({ receipt }) => receipt));

const assignment = (generation: number, partitions: readonly number[], memberId = 'm') => ({
  memberId,
  generation,
  partitions,
});

test('what stays goes on where it is, and core loses what moves away', () => {
  const share = openShare();
  expect(share.assign(assignment(1, [0, 1, 2]))).toEqual({ lost: [], positions: new Map() });
  share.arrive(0, [recordAt(10), recordAt(11)]);
  share.arrive(1, [recordAt(20)]);
  const receipts = takeAll(share);
  const change = share.assign(assignment(2, [0, 2]));
  expect(change.lost).toEqual([receipts[2]]);
  expect(change.positions).toEqual(new Map([[0, 12]]));
  expect(receipts.map((receipt) => heldBy(receipt) !== undefined)).toEqual([true, true, false]);
  expect(share.arrive(1, [recordAt(21)]).queue).toBeUndefined();
});

test('a partition that comes back begins anew: another member may have gone on in it', () => {
  const share = openShare();
  share.assign(assignment(1, [0]));
  share.arrive(0, [recordAt(10), recordAt(11)]);
  share.assign(assignment(2, []));
  expect(share.assign(assignment(3, [0])).positions).toEqual(new Map());
  expect(share.arrive(0, [recordAt(5)]).lost).toEqual([]);
});

test.each([
  ['another name', assignment(2, [0], 'n')],
  ['a generation missed', assignment(3, [0])],
])('a member that was not there all the while has lost everything: %s', (_, next) => {
  const share = openShare();
  share.assign(assignment(1, [0]));
  share.arrive(0, [recordAt(10)]);
  const receipts = takeAll(share);
  expect(share.assign(next)).toEqual({ lost: receipts, positions: new Map() });
  expect(share.queues()).toHaveLength(1);
});

test('a member that was down has nothing, and begins anew with the same name', () => {
  const share = openShare();
  share.assign(assignment(1, [0]));
  share.arrive(0, [recordAt(10)]);
  const receipts = takeAll(share);
  expect(share.drop()).toEqual(receipts);
  expect(share.queues()).toEqual([]);
  expect(share.assign(assignment(2, [0])).positions).toEqual(new Map());
});

test('a log that begins again is read again: what core held of the old one is lost', () => {
  const share = openShare();
  share.assign(assignment(1, [0]));
  share.arrive(0, [recordAt(10), recordAt(11)]);
  const receipts = takeAll(share);
  const { lost, queue } = share.arrive(0, [recordAt(0), recordAt(1)]);
  expect(lost).toEqual(receipts);
  expect(queue?.position).toBe(2);
  expect(queue?.uncommitted).toBeUndefined();
  expect(takeAll(share)).toHaveLength(2);
});

test('what is read twice, after a change of leaders, passes over no record that is not finished', () => {
  const share = openShare();
  share.assign(assignment(1, [0]));
  share.arrive(0, [recordAt(10), recordAt(11), recordAt(12)]);
  const receipts = takeAll(share);
  const { lost, queue } = share.arrive(0, [recordAt(11), recordAt(12), recordAt(13)]);
  expect(lost).toEqual([]);
  expect(queue?.firstUnfinished).toBe(10);
  expect(receipts.every((receipt) => heldBy(receipt) !== undefined)).toBe(true);
  expect(takeAll(share)).toHaveLength(1);
  expect(queue?.position).toBe(14);
});

test('what was read to its end already is nothing new', () => {
  const share = openShare();
  share.assign(assignment(1, [0]));
  share.arrive(0, [recordAt(10), recordAt(11), recordAt(12)]);
  expect(share.arrive(0, [recordAt(11)])).toMatchObject({ lost: [] });
  expect(takeAll(share)).toHaveLength(3);
  expect(share.queues().map(({ position }) => position)).toEqual([13]);
});

test('a hole in the log is no new log', () => {
  const share = openShare();
  share.assign(assignment(1, [0]));
  share.arrive(0, [recordAt(10)]);
  expect(share.arrive(0, [recordAt(99)])).toMatchObject({ lost: [] });
  expect(takeAll(share)).toHaveLength(2);
});
