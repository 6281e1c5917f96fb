import { expect, test } from 'vitest';
import type { KafkaAdmin } from './client/kafka-admin.ts';
import { inspectGroup } from './inspect-group.ts';
import type { GroupHolding } from './inspect-group.ts';
import { createNames } from './names.ts';
import { readOptions } from './options.ts';

const subscription = { kind: 'event', channel: 'orders', group: 'mail' } as const;
const groupId = 'waybill.orders.mail';
const nowMs = 10_000;
const clock = { now: () => nowMs, monotonic: () => 0, after: () => ({ cancel: () => undefined }) };
const settings = readOptions({ brokers: ['localhost:9092'], partitions: 2, clock });

const ends = new Map([
  [0, { low: 0, high: 100 }],
  [1, { low: 40, high: 50 }],
]);

const unasked = (): never => {
  throw new Error('nobody asks this');
};

const adminOf = (own: Partial<KafkaAdmin>): KafkaAdmin => ({
  describeTopics: unasked,
  createTopics: unasked,
  addPartitions: unasked,
  offsetsAt: unasked,
  setCommitted: unasked,
  groupIds: unasked,
  partitionsOf: () => Promise.resolve(2),
  endsOf: () => Promise.resolve(ends),
  committedOf: () => Promise.resolve(new Map([[0, 90]])),
  membersOf: () => Promise.resolve(0),
  timestampsAt: () => Promise.resolve(new Map([[1, nowMs - 500]])),
  ...own,
});

const inspect = (own: Partial<KafkaAdmin>, holdings: readonly GroupHolding[] = []) =>
  inspectGroup({ settings, names: createNames('waybill'), admin: adminOf(own) }, subscription, () => holdings);

const holding = (partition: number, own: Partial<GroupHolding> = {}): GroupHolding => ({
  groupId,
  partition,
  position: undefined,
  waiting: 0,
  inFlight: 0,
  oldestAtMs: undefined,
  ...own,
});

test('without a member here the lag counts from what is committed, or from the first record there is', async () => {
  expect(await inspect({})).toEqual({ ready: 10 + 10, inFlight: 0, oldestAgeMs: 500 });
});

test('a member of this process is ahead of what is committed, and knows its own', async () => {
  const own = [
    holding(0, { position: 98, waiting: 3, inFlight: 2, oldestAtMs: nowMs - 700 }),
    holding(1, { position: 50 }),
    holding(0, { groupId: 'waybill.orders.books', inFlight: 40 }),
  ];
  expect(await inspect({ timestampsAt: unasked }, own)).toEqual({ ready: 2 + 3, inFlight: 2, oldestAgeMs: 700 });
});

test('what members elsewhere hold is not known', async () => {
  const elsewhere = await inspect({ membersOf: () => Promise.resolve(2) }, [holding(0, { position: 100 })]);
  expect(elsewhere.inFlight).toBeUndefined();
});

test('a group that was never declared is missing, and so is a topic', async () => {
  const noGroup = inspect({ committedOf: () => Promise.resolve(new Map()) });
  await expect(noGroup).rejects.toMatchObject({ reason: 'group-missing' });
  const noTopic = inspect({ partitionsOf: () => Promise.resolve(undefined) });
  await expect(noTopic).rejects.toMatchObject({ reason: 'topic-missing' });
});

test('the age of what cannot be looked at is unknown, and that of an empty queue is nothing', async () => {
  expect(await inspect({ timestampsAt: () => Promise.resolve(new Map()) })).toMatchObject({ oldestAgeMs: undefined });
  const committedOf = (): Promise<ReadonlyMap<number, number>> =>
    Promise.resolve(new Map([...ends].map(([p, { high }]) => [p, high])));
  expect(await inspect({ committedOf, timestampsAt: unasked })).toMatchObject({ ready: 0, oldestAgeMs: 0 });
});
