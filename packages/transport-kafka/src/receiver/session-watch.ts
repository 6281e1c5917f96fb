import type { Timer } from '@waybill/core/driver';
import type { KafkaClock } from '../time/system-clock.ts';

/**
 * Knows whether the group still counts on this member. By a clock of its own: a process that stood still hears of the end of its session only when
 * the next answer comes, half a second after it went on (kafka-facts.md §3).
 */
export interface SessionWatch {
  /** The coordinator has answered what was asked `ageMs` ago, and counts from then. */
  readonly beat: (ageMs: number) => void;
  /** The group waits for all members to join anew, which may take that long without a heartbeat. */
  readonly allow: (ms: number) => void;
  readonly isAlive: () => boolean;
  /** Until the next beat there is no session that could end. */
  readonly stop: () => void;
}

export interface SessionWatchOptions {
  readonly clock: KafkaClock;
  readonly sessionTimeoutMs: number;
  /** Once for each end of a session. */
  readonly onExpired: () => void;
}

export function createSessionWatch({ clock, sessionTimeoutMs, onExpired }: SessionWatchOptions): SessionWatch {
  /** `undefined` where there is no session. */
  let untilMs: number | undefined;
  let timer: Timer | undefined;
  let isExpired = false;

  const look = (): void => {
    timer = undefined;
    if (untilMs === undefined || isExpired) return;
    const leftMs = untilMs - clock.monotonic();
    if (leftMs > 0) {
      timer = clock.after(leftMs, look);
      return;
    }
    isExpired = true;
    onExpired();
  };

  const extendTo = (ms: number): void => {
    untilMs = ms;
    isExpired = false;
    if (timer === undefined) look();
  };

  return {
    beat: (ageMs) => extendTo(clock.monotonic() - ageMs + sessionTimeoutMs),
    allow: (ms) => {
      if (untilMs !== undefined && !isExpired) extendTo(Math.max(untilMs, clock.monotonic() + ms));
    },
    isAlive: () => {
      // A process that stood still may be asked before its timer comes.
      if (untilMs !== undefined && clock.monotonic() >= untilMs) look();
      return untilMs !== undefined && !isExpired;
    },
    stop: () => {
      timer?.cancel();
      timer = undefined;
      untilMs = undefined;
    },
  };
}
