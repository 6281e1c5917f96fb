import { expect, test } from 'vitest';
import { createTeam } from './team.ts';
import type { WorkerProcess } from './worker-process.ts';

interface FakeWorker extends WorkerProcess {
  readonly said: readonly string[];
}

function fakeWorker(counts: { readonly received: number; readonly held: number }, failure?: Error): FakeWorker {
  const said: string[] = [];
  const say = async (word: string): Promise<void> => {
    said.push(word);
    if (failure !== undefined) throw failure;
  };
  return {
    said,
    isRunning: () => true,
    signal: () => undefined,
    ended: Promise.resolve(),
    end: async () => void said.push('end'),
    join: () => say('join'),
    leave: () => say('leave'),
    counts: () => ({ ...counts, refused: 1 }),
  };
}

test('a gathered team is inside, and a member is neither inside nor outside while it leaves', async () => {
  const team = createTeam(2, () => fakeWorker({ received: 0, held: 0 }));
  await team.gather();
  const [first] = team.members;
  expect(team.members.every((member) => member.isInside())).toBe(true);
  const leaving = first?.leave();
  expect([first?.isInside(), first?.isOutside()]).toEqual([false, false]);
  await leaving;
  expect(first?.isOutside()).toBe(true);
});

test('what a killed worker was handed still counts, and what it held does not', async () => {
  const team = createTeam(1, (_, time) => fakeWorker({ received: 10 ** time, held: 5 + time }));
  await team.gather();
  await team.members[0]?.replace();
  await team.gather();
  expect(team.totals()).toEqual({ received: 11, refused: 2 });
  expect(team.held()).toBe(6);
});

test('a member that could not join is an error of the gathering', async () => {
  const team = createTeam(1, (_, time) =>
    fakeWorker({ received: 0, held: 0 }, time === 0 ? undefined : new Error('refused')),
  );
  await team.gather();
  await team.members[0]?.replace();
  await expect(team.gather()).rejects.toThrow('refused');
});
