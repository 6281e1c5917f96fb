import type { Clock } from '../driver/index.ts';
import { systemClock } from '../time/system-clock.ts';
import { AlarmQueue } from './alarm-queue.ts';

/** Time that moves only when it is told to, so that a test of hours takes milliseconds and always ends the same. */
export interface VirtualClock extends Clock {
  /** Moves time on by `ms`, firing what falls due on the way, each in its order; lets promises settle in between. */
  readonly advance: (ms: number) => Promise<void>;
  /**
   * Moves time on, timer by timer, until the promise has settled, and answers with its result. Rejects when nothing is left that
   * could settle it, or when `withinMs` (default: a day) has passed.
   */
  readonly runUntil: <Result>(promise: Promise<Result>, withinMs?: number) => Promise<Result>;
  /** Moves time on until no timer is left. Rejects when there still is one after `withinMs` (default: a day). */
  readonly runUntilIdle: (withinMs?: number) => Promise<void>;
  readonly pendingTimers: number;
}

export interface VirtualClockOptions {
  /** Wall time at the start, in epoch milliseconds. Default: the start of 2026. */
  readonly startMs?: number;
}

const dayMs = 86_400_000;
/** Turns of the event loop that are let pass before time moves, so that chains of promises and real I/O can settle. */
const settleTurns = 3;
/** A loop that takes turn after turn works on something: time stands still for it, but not for ever. */
const busyTurnsMax = 1000;

export function virtualClock({ startMs = Date.UTC(2026, 0, 1) }: VirtualClockOptions = {}): VirtualClock {
  const alarms = new AlarmQueue();
  let pendingTurns = 0;

  const turn = async (): Promise<void> => {
    pendingTurns += 1;
    await systemClock.turn();
    pendingTurns -= 1;
  };

  const settle = async (): Promise<void> => {
    for (let turns = 0; turns < settleTurns || (pendingTurns > 0 && turns < busyTurnsMax); turns += 1) {
      await systemClock.turn();
    }
  };

  /** Fires until `isDone`; false when nothing is left to fire on the way. */
  const run = async (withinMs: number, isDone: () => boolean): Promise<boolean> => {
    const untilMs = alarms.elapsedMs + withinMs;
    await settle();
    while (!isDone()) {
      if (!alarms.fireNext(untilMs)) return false;
      await settle();
    }
    return true;
  };

  return {
    now: () => startMs + alarms.elapsedMs,
    monotonic: () => alarms.elapsedMs,
    after: (delayMs, task) => alarms.set(delayMs, task),
    sleep: (delayMs, signal) => sleepOn(alarms, delayMs, signal),
    // It takes no virtual time, but it must let the rest of the program have its own.
    turn,
    get pendingTimers() {
      return alarms.pending;
    },
    advance: async (ms) => {
      const untilMs = alarms.elapsedMs + ms;
      await run(ms, () => false);
      alarms.moveTo(untilMs);
    },
    runUntil: async (promise, withinMs = dayMs) => {
      let isSettled = false;
      const mark = (): void => {
        isSettled = true;
      };
      promise.then(mark, mark);
      if (await run(withinMs, () => isSettled)) return promise;
      throw new Error('Virtual time is at its end: nothing is left that could settle the promise.');
    },
    runUntilIdle: async (withinMs = dayMs) => {
      if (await run(withinMs, () => alarms.pending === 0)) return;
      throw new Error(`${alarms.pending} timers are left after ${withinMs} ms of virtual time.`);
    },
  };
}

function sleepOn(alarms: AlarmQueue, delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const finish = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const timer = alarms.set(delayMs, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });
}
