import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { KafkaTransportError } from '../kafka-error.ts';
import { readRecord } from '../message/read-record.ts';
import { createCommitter } from './committer.ts';
import { heldBy } from './held-record.ts';
import { PartitionQueue } from './partition-queue.ts';
import { recordAt } from './testing/record-at.ts';

const openStage = () => {
  const clock = virtualClock();
  const queues = [0, 1].map(
    (partition) =>
      new PartitionQueue({
        partition,
        read: (record) => readRecord(record, { topic: 't', partition }),
        windowMax: 1000,
        bufferBytesMax: 1_000_000,
      }),
  );
  const commits: Readonly<Record<string, number>>[] = [];
  const told: unknown[] = [];
  const answers: (() => Promise<void>)[] = [];
  const committer = createCommitter({
    clock,
    commitMs: 1000,
    queues: () => queues,
    commit: async (offsets) => {
      commits.push(Object.fromEntries(offsets));
      await (answers.shift() ?? (() => Promise.resolve()))();
    },
    onFailure: (error) => told.push(error),
  });
  const finishOne = (partition: number, offset: number): void => {
    queues[partition]?.arrive([recordAt(offset)]);
    for (const { receipt } of queues[partition]?.take(1, 0) ?? []) {
      const record = heldBy(receipt);
      if (record !== undefined) queues[partition]?.finish(record);
    }
  };
  return { clock, queues, commits, told, answers, committer, finishOne };
};

test('work that goes on is committed by interval, all partitions in one request', async () => {
  const { clock, commits, committer, finishOne } = openStage();
  finishOne(0, 5);
  committer.touch(false);
  await clock.advance(500);
  finishOne(1, 7);
  committer.touch(false);
  await clock.advance(499);
  expect(commits).toEqual([]);
  await clock.advance(1);
  expect(commits).toEqual([{ 0: 6, 1: 8 }]);
  await clock.advance(10_000);
  expect(commits).toHaveLength(1);
});

test('when everything is finished it is said at once, but not for every single message', async () => {
  const { clock, commits, committer, finishOne } = openStage();
  for (let offset = 0; offset < 9; offset += 1) {
    finishOne(0, offset);
    committer.touch(true);
    await clock.advance(10);
  }
  expect(commits).toEqual([{ 0: 1 }]);
  await clock.advance(100);
  expect(commits).toEqual([{ 0: 1 }, { 0: 9 }]);
});

test('a commit that fails is part of the next one, and is told when it lasts', async () => {
  const { clock, commits, told, answers, committer, finishOne } = openStage();
  const refusal = new Error('The coordinator is not available.');
  answers.push(...Array.from({ length: 3 }, () => () => Promise.reject(refusal)));
  finishOne(0, 0);
  committer.touch(false);
  await clock.advance(2000);
  expect(commits).toEqual([{ 0: 1 }, { 0: 1 }]);
  expect(told).toEqual([]);
  finishOne(0, 1);
  await clock.advance(1000);
  expect(told).toEqual([refusal]);
  await clock.advance(10_000);
  expect(commits).toEqual([{ 0: 1 }, { 0: 1 }, { 0: 2 }, { 0: 2 }]);
});

test('a commit of a generation that is over is nobody’s trouble', async () => {
  const { clock, told, answers, committer, finishOne } = openStage();
  const fenced = new KafkaTransportError('fenced', 'The group has gone on.');
  answers.push(...Array.from({ length: 5 }, () => () => Promise.reject(fenced)));
  finishOne(0, 0);
  committer.touch(false);
  await clock.advance(10_000);
  expect(told).toEqual([]);
});

test('what is finished while a commit is under way follows when that has ended, and a change of the share waits for nothing', async () => {
  const { clock, commits, answers, committer, finishOne } = openStage();
  const slow = Promise.withResolvers<void>();
  answers.push(() => slow.promise);
  finishOne(0, 0);
  committer.touch(false);
  await clock.advance(1000);
  finishOne(0, 1);
  committer.touch(false);
  await clock.advance(5000);
  expect(commits).toEqual([{ 0: 1 }]);
  void committer.commitNow();
  expect(commits).toEqual([{ 0: 1 }, { 0: 2 }]);
  slow.resolve();
  await clock.advance(5000);
  expect(commits).toHaveLength(2);
});
