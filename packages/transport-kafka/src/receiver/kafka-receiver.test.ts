import type { Delivery } from '@waybill/core/driver';
import { virtualClock } from '@waybill/core/testing';
import { expect, onTestFinished, test } from 'vitest';
import type { KafkaMember, MemberListener } from '../client/kafka-member.ts';
import { errorCodeOf } from '../error-code-of.ts';
import { readOptions } from '../options.ts';
import { openKafkaReceiver } from './kafka-receiver.ts';
import { recordAt } from './testing/record-at.ts';

/** A receiver whose member is what the test tells it to be. */
const openStage = async ({ commit = () => Promise.resolve() }: Partial<Pick<KafkaMember, 'commit'>> = {}) => {
  const clock = virtualClock();
  const told: MemberListener[] = [];
  const nothing = (): void => undefined;
  const settings = readOptions({ brokers: ['broker:9092'], clock });
  const receiver = await openKafkaReceiver({
    ...settings,
    groupId: 'g',
    topic: 't',
    startFrom: 'earliest',
    client: {
      openMember: async ({ listener }) => {
        told.push(listener);
        return { pause: nothing, resume: nothing, commit, close: () => Promise.resolve() };
      },
    },
    receiver: { leaseMs: 30_000, unsettledMax: 10, onLost: nothing, onRecall: nothing },
  });
  onTestFinished(() => clock.runUntil(receiver.close()));
  const [member] = told;
  if (member === undefined) throw new Error('No member was opened.');
  const receive = (): Promise<readonly Delivery[] | string> =>
    clock.runUntil(
      receiver.receiveBatch(10, new AbortController().signal).catch((error: unknown) => errorCodeOf(error)),
    );
  const join = (): void => {
    member.onHeartbeat(0);
    member.onAssigned({ memberId: 'm', generation: 1, partitions: [0] });
  };
  return { clock, settings, receiver, member, receive, join };
};

test('a member that stays out of its group is told of again and again, and never answers that there is nothing', async () => {
  const { clock, member, receive, join } = await openStage();
  join();
  member.onDown(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
  expect(await receive()).toBe('unavailable');
  for (let round = 1; round <= 3; round += 1) {
    expect(await receive()).toBe('unavailable');
    expect(clock.monotonic()).toBe(round * 20_000);
  }
});

test('so is one that has never come into its group', async () => {
  const { receive } = await openStage();
  expect(await receive()).toBe('unavailable');
});

test('and one whose session has ended without a word', async () => {
  const { clock, receive, join } = await openStage();
  join();
  await clock.advance(60_000);
  expect(await receive()).toBe('unavailable');
  expect(await receive()).toBe('unavailable');
});

test('when it is in again the next receive says so at once, and then waits for what comes', async () => {
  const { clock, member, receive, join } = await openStage();
  join();
  member.onDown(new Error('gone'));
  expect(await receive()).toBe('unknown');
  const waiting = receive();
  clock.after(3000, join);
  expect(await waiting).toEqual([]);
  expect(clock.monotonic()).toBe(3000);
  clock.after(2000, () => member.onRecords(0, [recordAt(0)]));
  expect(await receive()).toHaveLength(1);
  expect(clock.monotonic()).toBe(5000);
});

test('a coordinator that does not answer a commit holds up no join for longer than half of a session', async () => {
  const { clock, settings, receiver, member, join } = await openStage({ commit: () => new Promise(() => undefined) });
  join();
  member.onRecords(0, [recordAt(0)]);
  const [delivery] = await receiver.receiveBatch(10, new AbortController().signal);
  await receiver.settleBatch([{ receipt: delivery?.receipt ?? {}, action: 'accept' }]);
  await clock.runUntil(member.onRebalancing());
  expect(clock.monotonic()).toBeLessThan(settings.sessionTimeoutMs / 2);
});

test('what holds no record is behind the group as soon as all before it is handled, and at once where that is so', async () => {
  const commits: (readonly [number, number])[][] = [];
  const { clock, receiver, member, join } = await openStage({
    commit: async (offsets) => void commits.push([...offsets]),
  });
  join();
  member.onRecords(0, [recordAt(0)]);
  member.onPassed(0, 2);
  const [delivery] = await receiver.receiveBatch(10, new AbortController().signal);
  await clock.advance(5000);
  expect(commits).toEqual([]);
  await receiver.settleBatch([{ receipt: delivery?.receipt ?? {}, action: 'accept' }]);
  await clock.advance(5000);
  member.onPassed(0, 5);
  await clock.advance(5000);
  expect(commits).toEqual([[[0, 2]], [[0, 5]]]);
});
