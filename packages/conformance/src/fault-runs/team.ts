import type { WorkerProcess } from './worker-process.ts';

/** A place in the team, which one process after the other may have. */
export interface Member {
  readonly process: () => WorkerProcess;
  /** Joined, and nothing has been asked of it since. */
  readonly isInside: () => boolean;
  readonly isOutside: () => boolean;
  readonly join: () => Promise<void>;
  readonly leave: () => Promise<void>;
  /** Kills the process, and starts another one in its place, which has not joined when this resolves. */
  readonly replace: () => Promise<void>;
}

export interface TeamTotals {
  readonly received: number;
  readonly refused: number;
}

/** The workers of a run. */
export interface Team {
  readonly members: readonly Member[];
  /** Over all processes, also those that are gone. */
  readonly totals: () => TeamTotals;
  /** What the living hold now. */
  readonly held: () => number;
  /** Resolves when all members are inside. @throws Error of a member that could not join or leave */
  readonly gather: () => Promise<void>;
  readonly halt: () => Promise<void>;
}

/** @param start begins the process of the member with that number, for the time that is given */
export function createTeam(size: number, start: (member: number, time: number) => WorkerProcess): Team {
  const members = Array.from({ length: size }, (_, number) => createMember((time) => start(number, time)));
  const all = (): readonly WorkerProcess[] => members.flatMap(({ processes }) => processes);
  return {
    members,
    totals: () =>
      all().reduce(
        (sum, process) => {
          const { received, refused } = process.counts();
          return { received: sum.received + received, refused: sum.refused + refused };
        },
        { received: 0, refused: 0 },
      ),
    held: () => members.reduce((sum, { process }) => sum + process().counts().held, 0),
    gather: async () => {
      // One after the other: the first one makes what all of them need.
      for (const member of members) {
        await member.idle();
        if (member.isOutside()) await member.join();
      }
    },
    halt: async () => {
      await Promise.all(all().map((process) => process.end()));
    },
  };
}

interface MemberOfTeam extends Member {
  readonly processes: readonly WorkerProcess[];
  /** @throws what went wrong */
  readonly idle: () => Promise<void>;
}

function createMember(start: (time: number) => WorkerProcess): MemberOfTeam {
  const processes = [start(0)];
  let state: 'inside' | 'outside' | 'between' = 'outside';
  let change = Promise.resolve();
  const current = (): WorkerProcess => {
    const process = processes.at(-1);
    if (process === undefined) throw new Error('A member has a process.');
    return process;
  };
  const begin = (to: 'inside' | 'outside', work: () => Promise<void>): Promise<void> => {
    state = 'between';
    change = work().then(() => {
      state = to;
    });
    // Whoever waits for the member hears of it.
    change.catch(() => undefined);
    return change;
  };
  return {
    processes,
    process: current,
    isInside: () => state === 'inside',
    isOutside: () => state === 'outside',
    join: () => begin('inside', () => current().join()),
    leave: () => begin('outside', () => current().leave()),
    replace: async () => {
      await current().end();
      processes.push(start(processes.length));
      void begin('inside', () => current().join());
    },
    idle: () => change,
  };
}
