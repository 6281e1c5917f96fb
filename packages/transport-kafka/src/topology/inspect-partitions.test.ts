import { expect, test } from 'vitest';
import type { KafkaAdmin } from '../client/kafka-admin.ts';
import { createNames } from '../names.ts';
import { readOptions } from '../options.ts';
import { partitionLags } from './inspect-partitions.ts';

const nowMs = 10_000;
const clock = { now: () => nowMs, monotonic: () => 0, after: () => ({ cancel: () => undefined }) };
const subscription = { kind: 'event', channel: 'orders', group: 'mail' } as const;

const unasked = (): never => {
  throw new Error('nobody asks this');
};

const inspect = (own: Partial<KafkaAdmin>) => {
  const admin: KafkaAdmin = {
    describeTopics: unasked,
    createTopics: unasked,
    addPartitions: unasked,
    offsetsAt: unasked,
    setCommitted: unasked,
    groupIds: unasked,
    membersOf: unasked,
    timestampsAt: unasked,
    partitionsOf: () => Promise.resolve(1),
    endsOf: unasked,
    committedOf: () => Promise.resolve(new Map()),
    ...own,
  };
  const settings = readOptions({ brokers: ['localhost:9092'], clock });
  return partitionLags({ settings, names: createNames('waybill'), admin }, subscription);
};

test('each partition says how far its group is, in the order of the partitions', async () => {
  const asked: unknown[] = [];
  const lags = await inspect({
    endsOf: () =>
      Promise.resolve(
        new Map([
          [2, { low: 40, high: 50 }],
          [0, { low: 0, high: 100 }],
          [1, { low: 20, high: 30 }],
        ]),
      ),
    committedOf: () =>
      Promise.resolve(
        new Map([
          [0, 100],
          [1, 5],
        ]),
      ),
    timestampsAt: (_, offsets) => {
      asked.push(...offsets);
      return Promise.resolve(new Map([[1, nowMs - 700]]));
    },
  });
  expect(lags).toEqual([
    { partition: 0, low: 0, committed: 100, end: 100, lag: 0, oldestAgeMs: 0 },
    // The retention has overtaken it.
    { partition: 1, low: 20, committed: 5, end: 30, lag: 10, oldestAgeMs: 700 },
    { partition: 2, low: 40, committed: undefined, end: 50, lag: 10, oldestAgeMs: 0 },
  ]);
  expect(asked).toEqual([
    [2, 40],
    [1, 20],
  ]);
});

test('where nothing is behind no record is asked for', async () => {
  const lags = await inspect({
    endsOf: () => Promise.resolve(new Map([[0, { low: 0, high: 3 }]])),
    committedOf: () => Promise.resolve(new Map([[0, 3]])),
  });
  expect(lags.map(({ lag }) => lag)).toEqual([0]);
});

test('a topic or a group that is not there is an error', async () => {
  const noTopic = inspect({ partitionsOf: () => Promise.resolve(undefined) });
  await expect(noTopic).rejects.toMatchObject({ reason: 'topic-missing' });
  const noGroup = inspect({});
  await expect(noGroup).rejects.toMatchObject({ reason: 'group-missing' });
});
