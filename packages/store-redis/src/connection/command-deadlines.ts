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
    drop: (deadline) => {
      waiting.delete(deadline);
      // An idle process must be able to end.
      if (waiting.size === 0) {
        timer?.cancel();
        timer = undefined;
      }
    },
  };
}
