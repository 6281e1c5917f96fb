import type { Timer } from '@waybill/core/driver';
import type { RedisClock } from '../time/system-clock.ts';

export interface Deadline {
  readonly dueAt: number;
  readonly expire: () => void;
}

export interface CommandDeadlines {
  /** `expire` is called once after the limit, unless the deadline is dropped before. */
  readonly add: (expire: () => void) => Deadline;
  readonly drop: (deadline: Deadline) => void;
  /** Lets go of the timer where nothing waits, so that the process can end at once. */
  readonly rest: () => void;
}

/** A deadline between the one before it and the one behind it; one that was dropped stands between itself and itself. */
interface Link extends Deadline {
  before: Link;
  behind: Link;
}

/**
 * Deadlines of many commands with one limit and one timer: they fall due in the order in which they were added. A timer for each command
 * would cost more than the command does here, and so would a set, which is made anew every few dozen commands.
 */
export function commandDeadlines(clock: RedisClock, limitMs: number): CommandDeadlines {
  const ends = linkOf(Infinity, () => undefined);
  let timer: Timer | undefined;

  const look = (): void => {
    timer = undefined;
    const now = clock.monotonic();
    for (let first = ends.behind; first !== ends; first = ends.behind) {
      if (first.dueAt > now) {
        timer = clock.after(Math.ceil(first.dueAt - now), look);
        return;
      }
      unlink(first);
      first.expire();
    }
  };

  return {
    add: (expire) => {
      const link = linkOf(clock.monotonic() + limitMs, expire);
      link.before = ends.before;
      link.behind = ends;
      ends.before.behind = link;
      ends.before = link;
      timer ??= clock.after(limitMs, look);
      return link;
    },
    // The timer goes on, and finds nothing: starting and ending one for each command would cost as much as one for each.
    drop: (deadline) => unlink(deadline as Link),
    rest: () => {
      if (ends.behind !== ends) return;
      timer?.cancel();
      timer = undefined;
    },
  };
}

function linkOf(dueAt: number, expire: () => void): Link {
  const link = { dueAt, expire } as Link;
  link.before = link;
  link.behind = link;
  return link;
}

function unlink(link: Link): void {
  link.before.behind = link.behind;
  link.behind.before = link.before;
  link.before = link;
  link.behind = link;
}
