import type { Clock, Timer } from '../driver/index.ts';
import { systemClock } from '../time/system-clock.ts';

/** Time that moves only when it is told to, so that a test of hours takes milliseconds and always ends the same. */
export interface VirtualClock extends Clock {
  /** Moves time on by `ms`, firing what falls due on the way, each in its order; lets promises settle in between. */
  readonly advance: (ms: number) => Promise<void>;
  /**
   * Moves time on, timer by timer, until the promise has settled, and answers with its result. Rejects when nothing is left that
   * could settle it, or when `withinMs` (default: a day) has passed.
   */
  readonly runUntil: <Result>(promise: Promise<Result>, withinMs?: number) => Promise<Result>;
  readonly pendingTimers: number;
}

interface Alarm {
  readonly atMs: number;
  /** Equal times fire in the order in which they were set. */
  readonly order: number;
  readonly task: () => void;
}

const dayMs = 86_400_000;
/** Turns of the event loop that are let pass before time moves, so that chains of promises and real I/O can settle. */
const settleTurns = 3;

export function virtualClock(options: { readonly startMs?: number } = {}): VirtualClock {
  const startMs = options.startMs ?? Date.UTC(2026, 0, 1);
  const alarms = new Set<Alarm>();
  let elapsedMs = 0;
  let orders = 0;

  const after = (delayMs: number, task: () => void): Timer => {
    orders += 1;
    const alarm: Alarm = { atMs: elapsedMs + Math.max(0, delayMs), order: orders, task };
    alarms.add(alarm);
    return { cancel: () => alarms.delete(alarm) };
  };

  const sleep = (delayMs: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const timer = after(delayMs, () => finish());
      const finish = (): void => {
        timer.cancel();
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      signal?.addEventListener('abort', finish, { once: true });
    });

  const fireNext = (untilMs: number): boolean => {
    const next = firstOf(alarms);
    if (next === undefined || next.atMs > untilMs) return false;
    alarms.delete(next);
    elapsedMs = Math.max(elapsedMs, next.atMs);
    next.task();
    return true;
  };

  return {
    now: () => startMs + elapsedMs,
    monotonic: () => elapsedMs,
    after,
    sleep,
    // A turn takes no virtual time, but it must let the rest of the program have its own.
    turn: () => systemClock.turn(),
    get pendingTimers() {
      return alarms.size;
    },
    advance: async (ms) => {
      const untilMs = elapsedMs + ms;
      await settle();
      while (fireNext(untilMs)) await settle();
      elapsedMs = untilMs;
    },
    runUntil: async (promise, withinMs = dayMs) => {
      const untilMs = elapsedMs + withinMs;
      let isSettled = false;
      const mark = (): void => {
        isSettled = true;
      };
      promise.then(mark, mark);
      await settle();
      while (!isSettled) {
        if (!fireNext(untilMs))
          throw new Error('Virtual time is at its end: nothing is left that could settle the promise.');
        await settle();
      }
      return promise;
    },
  };
}

function firstOf(alarms: ReadonlySet<Alarm>): Alarm | undefined {
  let first: Alarm | undefined;
  for (const alarm of alarms) {
    if (first === undefined || alarm.atMs < first.atMs || (alarm.atMs === first.atMs && alarm.order < first.order))
      first = alarm;
  }
  return first;
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < settleTurns; turn += 1) await systemClock.turn();
}
