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

/**
 * Deadlines of many commands with one limit and one timer: they fall due in the order in which they were added. A timer for each command
 * would cost more than the command does here.
 */
export function commandDeadlines(clock: RedisClock, limitMs: number): CommandDeadlines {
  const waiting = new Set<Deadline>();
  let timer: Timer | undefined;

  const look = (): void => {
    timer = undefined;
    const now = clock.monotonic();
    for (const deadline of waiting) {
      if (deadline.dueAt > now) {
        timer = clock.after(Math.ceil(deadline.dueAt - now), look);
        return;
      }
      waiting.delete(deadline);
      deadline.expire();
    }
  };

  return {
    add: (expire) => {
      const deadline = { dueAt: clock.monotonic() + limitMs, expire };
      waiting.add(deadline);
      timer ??= clock.after(limitMs, look);
      return deadline;
    },
    // The timer goes on, and finds nothing: starting and ending one for each command would cost as much as one for each.
    drop: (deadline) => void waiting.delete(deadline),
    rest: () => {
      if (waiting.size > 0) return;
      timer?.cancel();
      timer = undefined;
    },
  };
}
