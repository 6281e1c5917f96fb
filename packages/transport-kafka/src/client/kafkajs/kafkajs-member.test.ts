import { virtualClock } from '@waybill/core/testing';
import { expect, onTestFinished, test } from 'vitest';
import { readOptions } from '../../options.ts';
import type { ConsumerSession, SessionOptions } from './consumer-session.ts';
import { openKafkajsMember } from './kafkajs-member.ts';

interface FakeSession {
  readonly startedAtMs: number;
  readonly onJoined: () => void;
  readonly crash: (error: unknown) => void;
}

/** A member over sessions that begin at once and end when the test says so. */
const openStage = async () => {
  const clock = virtualClock();
  const downs: unknown[] = [];
  const sessions: FakeSession[] = [];
  const begin = async ({ onJoined }: SessionOptions): Promise<ConsumerSession> => {
    const crash = Promise.withResolvers<unknown>();
    sessions.push({ startedAtMs: clock.monotonic(), onJoined, crash: crash.resolve });
    const nothing = (): void => undefined;
    return {
      pause: nothing,
      resume: nothing,
      commit: () => Promise.resolve(),
      close: () => Promise.resolve(),
      crashed: crash.promise,
    };
  };
  const settings = readOptions({ brokers: ['broker:9092'], clock, random: () => 1 });
  const member = await openKafkajsMember(
    settings,
    {
      ...settings,
      groupId: 'g',
      topic: 't',
      startFrom: 'earliest',
      listener: {
        onRebalancing: () => Promise.resolve(),
        busyPartitions: () => [],
        isIdle: () => false,
        onAssigned: () => new Map(),
        onRecords: () => undefined,
        onPassed: () => undefined,
        onHeartbeat: () => undefined,
        onTrouble: () => undefined,
        onDown: (error) => downs.push(error),
      },
    },
    begin,
  );
  onTestFinished(() => member.close());
  /** The session joins, and ends after `lastedMs`; answers how long it took until there was another one. */
  const endOfSession = async (lastedMs: number): Promise<number> => {
    const count = sessions.length;
    sessions.at(-1)?.onJoined();
    await clock.advance(lastedMs);
    const endedAtMs = clock.monotonic();
    sessions.at(-1)?.crash(new Error(`end of session ${count}`));
    while (sessions.length === count) await clock.advance(10);
    return (sessions.at(-1)?.startedAtMs ?? 0) - endedAtMs;
  };
  return { downs, endOfSession };
};

test('a session that ends soon after it has joined is followed by a longer pause each time, and told of each time', async () => {
  const { downs, endOfSession } = await openStage();
  const pauses: number[] = [];
  for (let round = 0; round < 8; round += 1) pauses.push(await endOfSession(50));
  expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  expect(downs.map(String)).toEqual(Array.from({ length: 8 }, (_, i) => `Error: end of session ${i + 1}`));
});

test('a session that lasted was a good one: the next one follows at once', async () => {
  const { endOfSession } = await openStage();
  for (let round = 0; round < 5; round += 1) await endOfSession(50);
  expect(await endOfSession(10_000)).toBe(100);
  expect(await endOfSession(9999)).toBe(200);
});
