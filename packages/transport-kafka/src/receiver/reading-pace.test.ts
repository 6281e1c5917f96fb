import { expect, test } from 'vitest';
import { readRecord } from '../message/read-record.ts';
import { heldBy } from './held-record.ts';
import { PartitionQueue } from './partition-queue.ts';
import { createReadingPace } from './reading-pace.ts';
import { recordAt } from './testing/record-at.ts';

const openStage = () => {
  const said: string[] = [];
  const pace = createReadingPace(() => ({
    pause: (partitions) => void said.push(`pause ${partitions.join()}`),
    resume: (partitions) => void said.push(`resume ${partitions.join()}`),
  }));
  const [one, other] = [0, 1].map(
    (partition) =>
      new PartitionQueue({
        partition,
        read: (record) => readRecord(record, { topic: 't', partition }),
        windowMax: 4,
        bufferBytesMax: 1_000_000,
      }),
  );
  if (one === undefined || other === undefined) throw new Error('There are two.');
  return { said, pace, one, other };
};

const arrive = (queue: PartitionQueue, from: number, count: number): void =>
  queue.arrive(Array.from({ length: count }, (_, index) => recordAt(from + index)));

const finish = (queue: PartitionQueue, count: number): void => {
  for (const { receipt } of queue.take(count, 0)) {
    const record = heldBy(receipt);
    if (record !== undefined) queue.finish(record);
  }
};

test('a full partition pauses once, goes on when there is room, and others do not notice', () => {
  const { said, pace, one, other } = openStage();
  arrive(one, 0, 3);
  pace.slow(one);
  arrive(one, 3, 1);
  pace.slow(one);
  pace.slow(one);
  expect(said).toEqual(['pause 0']);
  pace.quicken([one, other]);
  expect(said).toEqual(['pause 0']);
  finish(one, 1);
  pace.quicken([one, other]);
  pace.quicken([one, other]);
  expect(said).toEqual(['pause 0', 'resume 0']);
});

test('a new share goes on with everything but what is full: a pause of before would last for ever', () => {
  const { said, pace, one, other } = openStage();
  arrive(one, 0, 4);
  arrive(other, 0, 4);
  pace.slow(one);
  pace.slow(other);
  finish(other, 4);
  pace.begin([one, other]);
  expect(said.slice(2)).toEqual(['resume 1', 'pause 0']);
  finish(one, 4);
  pace.quicken([one, other]);
  expect(said.at(-1)).toBe('resume 0');
});
